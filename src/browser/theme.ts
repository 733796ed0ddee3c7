// Changes the colours at once. The links do the same without a script, through the server, which also
// renders the choice; so the next page is right from its first paint.

const COOKIE_SECONDS = 365 * 24 * 60 * 60;

/** Makes the links in `choices` change the colours without loading the page again. */
export function switchTheme(choices: HTMLElement): void {
  choices.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    // With a modifier it is to open elsewhere, and there the server does it.
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const theme = new URL(link.href).searchParams.get("theme") ?? "system";
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    const age = theme === "system" ? 0 : COOKIE_SECONDS;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `parley_theme=${theme}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
    for (const choice of choices.querySelectorAll("a")) choice.ariaCurrent = null;
    link.ariaCurrent = "true";
    colourBars();
  });
}

/** Browser bars are told their colour by name: they read no style sheet. */
function colourBars(): void {
  const colour = getComputedStyle(document.querySelector(".bar") ?? document.body).backgroundColor;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    meta.content = colour;
    meta.removeAttribute("media");
  }
}
