// The overlay: the picker and the heatmap over the page, for the owner who opened it with a pass. The reply to a valid
// pass names this chunk. Visitors never load it, so its size has no budget.
import { openHeatmap } from "../overlay/heat.ts";
import { passOf } from "../overlay/pass.ts";
import { openPicker } from "../overlay/picker.ts";

export default (): void => {
  const pass = passOf(location.href);
  // The Worker serves the script, gives the numbers, and takes the choice.
  if (pass?.tool === "pick") openPicker(pass, import.meta.url);
  if (pass?.tool === "heatmap") openHeatmap(pass, import.meta.url);
};
