import type { Locator, Page } from "playwright-core";
import type { Words } from "../../web/words/tree.ts";

/** An agent at the desktop. */
export class DeskPage {
  readonly page: Page;
  readonly words: Words;

  constructor(page: Page, words: Words) {
    this.page = page;
    this.words = words;
  }

  async goReady(): Promise<void> {
    await this.goReadyForOffer();
    await this.isReady();
  }

  /** Goes ready where somebody waits already: the desk rings at once. */
  async goReadyForOffer(): Promise<void> {
    const { desktop, mic } = this.words;
    await this.page.getByTestId("phone-line").getByText(mic.registered).waitFor();
    const ready = this.page.getByText(desktop.readyWaiting);
    const button = this.button(desktop.goReady);
    // Back within a minute, an agent still stands as it was.
    await ready.or(button).or(this.offer).first().waitFor();
    if (await button.isVisible()) await button.click();
  }

  isReady(): Promise<void> {
    return this.page.getByText(this.words.desktop.readyWaiting).waitFor();
  }

  get offer(): Locator {
    return this.page.getByTestId("offer");
  }

  get pop(): Locator {
    return this.page.getByTestId("screen-pop");
  }

  get timer(): Locator {
    return this.page.getByTestId("call-timer");
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  key(letter: string): Promise<void> {
    return this.page.keyboard.press(`Alt+${letter}`);
  }

  /** Answers by keyboard and waits for the call to be talked in. */
  async answer(): Promise<void> {
    await this.offer.locator("[data-shortcut=answer]:enabled").waitFor();
    await this.key("a");
    await this.talking();
  }

  talking(): Promise<void> {
    return this.page.getByTestId("active").getByText(this.words.call.talking).waitFor();
  }

  wrappingUp(): Promise<void> {
    return this.page.getByTestId("wrap-up").waitFor();
  }

  /** Fills the work form and saves it by keyboard; the desk is free again afterwards. */
  async wrapUp(disposition: string, notes: string): Promise<void> {
    await this.wrappingUp();
    await this.page.getByLabel(this.words.work.disposition).selectOption(disposition);
    await this.page.getByLabel(this.words.work.notes, { exact: true }).fill(notes);
    await this.page.locator(".work-form [data-shortcut=saveReady]:enabled").waitFor();
    await this.key("r");
    await this.page.getByTestId("wrap-up").waitFor({ state: "detached" });
  }

  /** Seconds that the call timer shows. */
  async timerSeconds(): Promise<number> {
    const parts = ((await this.timer.textContent()) ?? "").split(":").map(Number);
    return parts.reduce((sum, part) => sum * 60 + part, 0);
  }
}
