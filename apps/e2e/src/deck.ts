import axe from 'axe-core';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Opens deck in a headless Chromium. Errors of the page are collected in `problems`. */
export async function openDeck(address: string): Promise<{ browser: Browser; page: Page; problems: string[] }> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  const problems: string[] = [];
  return { browser, page: await openPage(browser, address, problems), problems };
}

/** Opens a page of somebody else: it shares nothing with the others. Its errors join `problems`. */
export async function openPage(browser: Browser, address: string, problems: string[]): Promise<Page> {
  const page = await browser.newPage({ baseURL: address, viewport: { width: 1440, height: 1000 } });
  page.setDefaultTimeout(20_000);
  page.on('pageerror', (error) => problems.push(error.message));
  return page;
}

/** Violations of WCAG 2.2 A and AA on the page as it is now. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const here = (
      globalThis as unknown as {
        axe: {
          run(
            context: object,
            options: object,
          ): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
        };
      }
    ).axe;
    // The small + of a zoomed-out graph has a full-size equal: the button "Add stage" (WCAG 2.5.8, equivalent).
    const found = await here.run(
      { exclude: ['.graph-add'] },
      { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] },
    );
    return found.violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html.slice(0, 160)}`);
  });
}

/** The pipeline editor as a person uses it: by labels and buttons alone. */
export class Editor {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Makes a pipeline from the application's page and opens the editor. */
  async create(application: string, name: string): Promise<void> {
    const page = this.#page;
    await page.goto(`/applications/${application}/executions`);
    await page.getByRole('button', { name: 'Create pipeline' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByRole('button', { name: /create/i }).click();
    await page.getByRole('button', { name: 'Add stage' }).waitFor();
  }

  async addJenkinsTrigger(master: string, job: string): Promise<void> {
    const page = this.#page;
    await page.getByRole('button', { name: 'Add trigger' }).click();
    await page.getByRole('menuitem', { name: /Jenkins/ }).click();
    await this.choose('Jenkins', master);
    await this.type('Job', job);
  }

  /** Adds a stage after the selected one and names it. */
  async addStage(label: string, name: string): Promise<void> {
    const page = this.#page;
    await page.getByRole('button', { name: 'Add stage' }).click();
    const palette = page.getByRole('dialog');
    await palette.getByLabel('Find a stage type').fill(label);
    await palette.getByRole('button', { name: new RegExp(`^${label}`) }).click();
    await palette.waitFor({ state: 'hidden' });
    await this.type('Stage name', name);
  }

  async type(label: string, text: string): Promise<void> {
    await this.#field(label).fill(text);
    await this.#page.keyboard.press('Tab');
  }

  /** Picks one of the offered choices of a field. */
  async choose(label: string, option: string): Promise<void> {
    await this.#field(label).click();
    await this.#page.getByRole('option', { name: option }).first().click();
    await this.#page.keyboard.press('Escape');
  }

  async segment(label: string, option: string): Promise<void> {
    await this.#page.getByRole('radiogroup', { name: label }).getByText(option, { exact: true }).click();
  }

  async save(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Save', exact: true }).click();
    await this.#page.getByText('Saved', { exact: true }).waitFor();
  }

  #field(label: string): Locator {
    return this.#page
      .getByRole('main')
      .getByRole('textbox', { name: label })
      .or(this.#page.getByRole('main').getByRole('combobox', { name: label }))
      .first();
  }
}
