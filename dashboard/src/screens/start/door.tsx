// The frame of pages for people who are not signed in, some of them behind a link from a mail.
import { A } from "@solidjs/router";
import type { JSX } from "solid-js";
import { Mark } from "../../parts/mark";
import { words as frame } from "../../words/frame";
import { words } from "../../words/start";

/** The token of a link from a mail. The fragment is sent to no server and written to no log. */
export const tokenOfLink = (): string => new URLSearchParams(location.hash.slice(1)).get("token") ?? "";

export function Door(props: { title: string; lead: string; children: JSX.Element }): JSX.Element {
  document.title = frame.pageTitle(props.title);
  return (
    <main class="door">
      <div class="door-card">
        <Mark />
        <h1>{props.title}</h1>
        <p class="lead">{props.lead}</p>
        {props.children}
      </div>
      <p class="door-foot">
        <A href="/sign-in">{words.backToSignIn}</A>
      </p>
    </main>
  );
}
