// Draws the plotly figures whose JSON stands in the page, and goes where their parts lead. Without
// this file, and where there is no room, the drawings and tables of the server say the same.

const calm = { displayModeBar: false, responsive: true };
const roomy = window.matchMedia("(min-width: 40.01rem)");

function fetchPlotly() {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "/static/plotly.min.js";
    script.addEventListener("load", () => resolve(window.Plotly));
    script.addEventListener("error", reject);
    document.head.append(script);
  });
}

function follow(event) {
  const [point] = event.points ?? [];
  const href = Array.isArray(point?.customdata) ? point.customdata[0] : point?.customdata;
  if (typeof href === "string" && href.startsWith("/") && !href.startsWith("//")) {
    window.location.assign(href);
    return false;
  }
  return true;
}

async function draw(Plotly, place) {
  const figure = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const font = { ...figure.layout.font, family: getComputedStyle(document.body).fontFamily };
  place.hidden = false;
  place.parentElement.classList.add("drawn");
  await Plotly.newPlot(place, figure.data, { ...figure.layout, font }, calm);
  place.on("plotly_click", follow);
  place.on("plotly_treemapclick", follow);
}

const places = document.querySelectorAll("[data-chart]");
if (places.length > 0 && roomy.matches) {
  const Plotly = await fetchPlotly();
  for (const place of places) {
    await draw(Plotly, place);
  }
}
