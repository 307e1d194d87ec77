// Draws the plotly figures whose JSON stands in the page. Without this file the tables say the same.

const calm = { displayModeBar: false, responsive: true };

function draw(place) {
  const figure = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const font = { ...figure.layout.font, family: getComputedStyle(document.body).fontFamily };
  return window.Plotly.newPlot(place, figure.data, { ...figure.layout, font }, calm);
}

for (const place of document.querySelectorAll("[data-chart]")) {
  draw(place);
}
