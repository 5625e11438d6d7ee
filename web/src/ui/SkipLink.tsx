/** The first stop of the Tab key on every page: past the bar, to what the page is for. */

export function SkipLink() {
  return (
    <a
      className="skip-link"
      href="#main"
      onClick={(event) => {
        event.preventDefault();
        const main = document.querySelector("main");
        if (!main) return;
        main.id = "main";
        main.tabIndex = -1;
        main.focus();
      }}
    >
      Skip to the main part
    </a>
  );
}
