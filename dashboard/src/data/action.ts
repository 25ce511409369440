// An action that a person starts: whether it is running, and its error. A second click does not run it twice.
import { type Accessor, createSignal } from "solid-js";
import type { InputFault } from "../../../workers/domain/requests/input";
import { ApiError, messageOf } from "./api";

export interface Action<A extends unknown[]> {
  run: (...args: A) => Promise<void>;
  pending: Accessor<boolean>;
  error: Accessor<string | null>;
  /** The API's faults with the input. */
  faults: Accessor<readonly InputFault[]>;
  /** True after success, until the next run. */
  done: Accessor<boolean>;
}

export function createAction<A extends unknown[]>(act: (...args: A) => Promise<unknown>): Action<A> {
  const [pending, setPending] = createSignal(false);
  const [error, setError] = createSignal<string | null>(null);
  const [faults, setFaults] = createSignal<readonly InputFault[]>([]);
  const [done, setDone] = createSignal(false);

  async function run(...args: A): Promise<void> {
    if (pending()) return;
    setPending(true);
    setError(null);
    setFaults([]);
    setDone(false);
    try {
      await act(...args);
      setDone(true);
    } catch (cause) {
      setError(messageOf(cause));
      setFaults(cause instanceof ApiError ? cause.faults : []);
    } finally {
      setPending(false);
    }
  }
  return { run, pending, error, faults, done };
}
