// An erasure in progress: its steps, and what it has found of the person. Step results have numbers and ids of objects, and
// nothing of the person: those are in the notes.
import type { Steps } from "../../jobs/steps";
import { deleteNotes, type ErasureNotes, loadNotes, newNotes, saveNotes } from "../../storage/runs/erasure-notes";
import { personOfUser } from "../../storage/visitors/person";
import type { LakeEnv } from "../merge-unit";
import type { Person } from "./events";
import { KnownNames } from "./names";

export type ErasureEnv = LakeEnv & Pick<Cloudflare.Env, "HUB" | "ANALYST">;

/** The notes, as a step reads and changes them. */
export interface Notes extends ErasureNotes {
  person_id: string;
  known: KnownNames;
}

export type Work<T> = (notes: Notes, note: (text: string) => void) => Promise<T>;

export interface Erasure {
  env: ErasureEnv;
  steps: Steps;
  site_id: string;
  /** Does a step that reads the notes. */
  read<T>(name: string, work: Work<T>): Promise<T>;
  /** Does a step that changes the notes, which are written before its result is. Adding twice must do no harm. */
  add<T>(name: string, work: Work<T>): Promise<T>;
  /** Deletes the notes. */
  forget(): Promise<void>;
}

export const toPerson = ({ user_id, person_id, ids }: Notes): Person => ({ user_id, person_id, ...ids });

/** Adds values to a list that has each once. */
export function addTo(list: string[], values: Iterable<string>): void {
  const known = new Set(list);
  for (const value of values)
    if (!known.has(value)) {
      known.add(value);
      list.push(value);
    }
}

/**
 * @param userId of an erasure that the version before has begun: its parameters have the user.
 */
export function openErasure(
  env: ErasureEnv,
  steps: Steps,
  siteId: string,
  runId: string,
  userId: string | undefined,
): Erasure {
  const load = async (): Promise<Notes> => {
    const kept =
      (await loadNotes(env.LAKE, siteId, runId)) ?? (userId === undefined ? null : newNotes(userId, Date.now()));
    if (!kept) throw new Error("erasure has lost whom it erases: ask for it again");
    return { ...kept, person_id: personOfUser(siteId, kept.user_id), known: new KnownNames(kept.names) };
  };
  return {
    env,
    steps,
    site_id: siteId,
    read: (name, work) => steps.do(name, async (note) => work(await load(), note)),
    add: (name, work) =>
      steps.do(name, async (note) => {
        const notes = await load();
        const result = await work(notes, note);
        const { person_id: _, known, ...kept } = notes;
        await saveNotes(env.LAKE, siteId, runId, { ...kept, names: known.all() });
        return result;
      }),
    forget: () => deleteNotes(env.LAKE, siteId, runId),
  };
}
