// A part of the page that the server draws again while something runs. Without this script the page shows it when it is loaded.
for (const part of document.querySelectorAll("[data-live]")) {
  const source = new EventSource(part.dataset.live);
  source.onmessage = message => { part.innerHTML = message.data; };
  // The server ends the stream when there is nothing more to come; the browser would ask again.
  source.onerror = () => {
    source.close();
    part.dataset.done = "";
    const status = document.getElementById("live-status");
    if (status) status.textContent = "The run is over.";
  };
}
