// An action that a person starts: whether it runs, and what went wrong. Two clicks do not run it twice.
import { type Accessor, createSignal } from "solid-js";
import { messageOf } from "./api";

export interface Action<A extends unknown[]> {
  run: (...args: A) => Promise<void>;
  pending: Accessor<boolean>;
  error: Accessor<string | null>;
  /** True after it went well, until it is run again. */
  done: Accessor<boolean>;
}

export function createAction<A extends unknown[]>(act: (...args: A) => Promise<unknown>): Action<A> {
  const [pending, setPending] = createSignal(false);
  const [error, setError] = createSignal<string | null>(null);
  const [done, setDone] = createSignal(false);

  async function run(...args: A): Promise<void> {
    if (pending()) return;
    setPending(true);
    setError(null);
    setDone(false);
    try {
      await act(...args);
      setDone(true);
    } catch (cause) {
      setError(messageOf(cause));
    } finally {
      setPending(false);
    }
  }
  return { run, pending, error, done };
}
