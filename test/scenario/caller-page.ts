import type { Locator, Page } from "playwright-core";
import type { Words } from "../../web/words/tree.ts";

/** A caller at the phone page. */
export class CallerPage {
  readonly page: Page;
  private readonly words: Words;

  constructor(page: Page, words: Words) {
    this.page = page;
    this.words = words;
  }

  /** Chooses a client's number from the list as shown, says who is ringing, and rings. */
  async ring(number: RegExp, from: string): Promise<void> {
    const { phone } = this.words;
    await this.page.getByRole("button", { name: number }).click();
    await this.page.getByLabel(phone.from, { exact: true }).fill(from);
    await this.page.getByRole("button", { name: phone.call, exact: true }).click();
  }

  async hearsWords(text: string | RegExp): Promise<void> {
    await this.page.getByTestId("captions").getByText(text).first().waitFor();
  }

  async press(key: string): Promise<void> {
    await this.page.getByRole("button", { name: key, exact: true }).click();
  }

  async hangUp(): Promise<void> {
    await this.page.getByRole("button", { name: this.words.call.hangUp }).click();
  }

  /** The words on the telephone's own screen. */
  screen(text: string): Locator {
    return this.page.getByTestId("phone-screen").getByText(text);
  }

  talking(): Promise<void> {
    return this.screen(this.words.phone.withAgent).waitFor();
  }

  held(): Promise<void> {
    return this.screen(this.words.phone.held).waitFor();
  }

  ended(): Promise<void> {
    return this.screen(this.words.phone.ended).waitFor();
  }
}
