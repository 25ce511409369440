// The parts with which pages of the demo's shop do something. Their elements have the selectors that the simulated actions
// name, and send the same events by hand that simulated people send.
import { escapeHtml, toPicture } from "./html.ts";

export interface BlockContent {
  path: string;
  price?: number | undefined;
  colours?: readonly string[] | undefined;
}

const say = (event: string, props: string): string => `onclick="trackkit(&quot;${event}&quot;, ${props})"`;

const field = (name: string, label: string, type = "text"): string =>
  `<label>${label}<input name="${name}" type="${type}"></label>`;

/** A form whose data goes nowhere: the next page opens instead. */
const form = (id: string, fields: string, button: string, to: string, before = ""): string =>
  `<form id="${id}" name="${id}" onsubmit="event.preventDefault(); ${before}setTimeout(() => { location.href = '${to}' }, 300)">
${fields}<div><button type="submit">${button}</button></div></form>`;

const newsletter = form(
  "newsletter",
  field("email", "Our letter, four times a year", "email"),
  "Subscribe",
  "/journal/",
);

const product = ({ path, price, colours = [] }: BlockContent): string => {
  const bike = path.split("/").at(-2) ?? "";
  const choose = (colour: string): string =>
    `<button type="button" class="quiet" ${say("Choose colour", `{bike: '${bike}', colour: '${colour}'}`)}>${colour}</button>`;
  return `<p>${colours.map(choose).join("")}</p>
<p><strong>${price} €</strong> with everything on it</p>
<p><a class="button" id="add-to-cart" href="/cart/">Add to cart</a>
<a class="button quiet" href="/files/${bike}-geometry.pdf" download>Geometry (PDF)</a></p>`;
};

const ride = `<p><button type="button" id="book-test-ride" ${say("Book test ride", "{from: location.pathname}")}>Book a test ride</button>
<a class="button quiet" href="https://www.openstreetmap.org/">Find a shop</a></p>`;

const filters = ["Size", "Price", "Use", "Weight"]
  .map((name) => {
    const by = name.toLowerCase();
    return `<button type="button" class="quiet" id="filter-${by}" ${say("Filter bikes", `{by: '${by}'}`)}>${name}</button>`;
  })
  .join("");

const plans = ["free", "rider", "family"].map((plan) => `<option>${plan}</option>`).join("");

const rows = [
  ["", "Commuter", "Gravel", "Cargo"],
  ["Weight", "11.4 kg", "10.9 kg", "24 kg"],
  ["Gears", "8, belt", "11, chain", "5, belt and motor"],
  ["Luggage", "25 kg", "18 kg", "200 kg"],
  ["Price", "1,490 €", "1,890 €", "4,290 €"],
];

const BLOCKS: Record<string, (content: BlockContent) => string> = {
  home: () =>
    `<p><a class="button" id="hero-find-your-bike" href="/bikes/">Find your bike</a><a class="button quiet" href="/shops/">Test rides</a></p>
${toPicture("A rider at dawn", 3, "picture")}
<img class="badge" alt="Tested for 30 000 km" src="/img/badge.svg">`,
  catalogue: () => `<p>${filters}</p>`,
  product,
  ride: () => ride,
  table: () =>
    `<table>${rows.map(([first, ...cells]) => `<tr><th>${first}</th>${cells.map((one) => `<td>${one}</td>`).join("")}</tr>`).join("")}</table>`,
  cart: () =>
    `<p><strong>1 bicycle, 1,490 €</strong></p><p><a class="button" id="checkout" href="/checkout/">To the checkout</a></p>`,
  checkout: () =>
    form(
      "checkout",
      field("name", "Name") +
        field("email", "Email", "email") +
        field("street", "Street") +
        field("city", "City") +
        field("delivery", "Shop to deliver to") +
        field("payment", "Payment"),
      "Order",
      "/checkout/thanks/",
    ),
  thanks: () =>
    `<script>addEventListener("load", () => trackkit("Purchase", {product: "Commuter", category: "Bikes", quantity: 1}, {revenue: {amount: 1490, currency: "EUR"}}))</script>`,
  join: () =>
    form(
      "join",
      `${field("name", "Name")}${field("email", "Email", "email")}<label>Plan<select name="plan">${plans}</select></label>`,
      "Join the club",
      "/",
      "trackkit('Sign up', {plan: this.plan.value}); ",
    ),
  shelf: () => newsletter,
  article: () => newsletter,
  size: () =>
    `<form onsubmit="event.preventDefault(); trackkit('Calculate size', {inseam: Number(this.inseam.value)})">
${field("inseam", "Inside leg in cm", "number")}<div><button type="submit" id="calculate">Calculate size</button></div></form>`,
  manuals: () =>
    `<p>${["commuter", "gravel", "cargo"].map((one) => `<a class="button quiet" href="/files/manual-${one}.pdf" download>Manual ${escapeHtml(one)}</a>`).join("")}</p>`,
  service: () =>
    form(
      "service-request",
      field("bike", "Bicycle") +
        field("problem", "What it does") +
        field("date", "When", "date") +
        field("phone", "Telephone"),
      "Send",
      "/support/",
    ),
};

/** @throws Error when there is no block of this name. */
export function toBlock(name: string | undefined, content: BlockContent): string {
  if (name === undefined) return "";
  const block = BLOCKS[name];
  if (!block) throw new Error(`the site has no block ${name}`);
  return block(content);
}
