// A page with Plausible's package, everything on that it offers: the page that TrackKit is measured beside.
import { init } from "@plausible-analytics/tracker";

const script = document.querySelector("script[data-to]");
init({
  domain: "site.example",
  endpoint: script.dataset.to,
  captureOnLocalhost: true,
  outboundLinks: true,
  fileDownloads: true,
  formSubmissions: true,
});
