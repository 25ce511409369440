// The overlay: the picker and the heatmap over the page, for the owner who opened it with a pass. The reply to a good
// pass names this chunk; no visitor ever loads it, so its size is not budgeted.
import { openHeatmap } from "../overlay/heat.ts";
import { passOf } from "../overlay/pass.ts";
import { openPicker } from "../overlay/picker.ts";

export default (): void => {
  const pass = passOf(location.href);
  if (pass?.tool === "pick") openPicker(pass);
  // The script is served by the Worker, which also has the numbers.
  if (pass?.tool === "heatmap") openHeatmap(pass, import.meta.url);
};
