// Shows the text while it is written. Without this script the form is sent as it is, and the page comes when the text is whole.
const form = document.getElementById("writing");
const text = document.getElementById("text");

form.addEventListener("submit", async event => {
  event.preventDefault();
  const button = form.querySelector("button");
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  text.textContent = "";
  try {
    const response = await fetch(form.dataset.stream, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!response.ok) throw new Error(`The application answered ${response.status}.`);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let whole = "";
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      whole += piece.value;
      text.textContent = whole.split("\n")[0];
    }
    location.assign(whole.split("\n")[1]);
  } catch (error) {
    text.textContent = error.message;
    button.removeAttribute("aria-disabled");
  }
});
