// Draws the plotly figures whose JSON stands in the page. Without this file the tables say the same.

const calm = { displayModeBar: false, responsive: true };

function draw(place) {
  const figure = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const style = getComputedStyle(document.body);
  const layout = {
    ...figure.layout,
    font: { family: style.fontFamily, color: style.color, size: 14, ...figure.layout?.font },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
  };
  return window.Plotly.newPlot(place, figure.data, layout, calm);
}

for (const place of document.querySelectorAll("[data-chart]")) {
  draw(place);
}
