// A part of a page that loads when it is first shown.
import { type Component, type JSX, lazy, Suspense } from "solid-js";
import { Dynamic } from "solid-js/web";

/** Waits for the part alone: without a boundary of its own, the whole page would disappear until it has loaded. */
export function onDemand<P extends object>(load: () => Promise<Component<P>>): Component<P> {
  const Part = lazy(async () => ({ default: (await load()) as Component<object> }));
  return (props: P): JSX.Element => (
    <Suspense>
      <Dynamic component={Part} {...props} />
    </Suspense>
  );
}
