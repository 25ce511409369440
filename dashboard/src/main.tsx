// The entry: routes.
import "./style/layers.css";
import { Route, Router } from "@solidjs/router";
import { For, lazy } from "solid-js";
import { render } from "solid-js/web";
import { reloadAfterUpdate } from "./data/update";
import { PropertyFrame } from "./frame/property-frame";
import { Root } from "./frame/root";
import { SignedIn } from "./frame/signed-in";
import { PAGES, PROPERTY_SCREENS, SETTINGS } from "./property-screens";
import { Overview } from "./screens/overview/overview";
import { Properties } from "./screens/properties/properties";
import { SignIn } from "./screens/start/sign-in";
import "./style/tokens.css";
import "./style/base.css";
import "./style/controls.css";
import "./style/frame.css";
import "./screens/overview/overview.css";
import "./style/panels.css";
import "./style/pages.css";

const Setup = lazy(() => import("./screens/start/setup").then((page) => ({ default: page.Setup })));
const CreateProperty = lazy(() =>
  import("./screens/start/create-property").then((page) => ({ default: page.CreateProperty })),
);
const CreateStream = lazy(() =>
  import("./screens/start/create-stream").then((page) => ({ default: page.CreateStream })),
);
const Install = lazy(() => import("./screens/start/install").then((page) => ({ default: page.Install })));

const Forgot = lazy(() => import("./screens/start/reset").then((page) => ({ default: page.Forgot })));
const Reset = lazy(() => import("./screens/start/reset").then((page) => ({ default: page.Reset })));
const ConfirmAddress = lazy(() =>
  import("./screens/start/confirm-address").then((page) => ({ default: page.ConfirmAddress })),
);
const Account = lazy(() => import("./screens/account/account").then((page) => ({ default: page.Account })));
const Missing = lazy(() => import("./screens/start/missing").then((page) => ({ default: page.Missing })));

/** The overview is the most visited screen, so it is part of the entry. The other screens load when they are opened. */
const screens = [...PROPERTY_SCREENS, PAGES, SETTINGS].map(({ path, params = "", load }) => ({
  path: `${path}${params}` || "/",
  component: load ? lazy(load) : Overview,
}));

reloadAfterUpdate();

render(
  () => (
    <Router root={Root}>
      <Route path="/sign-in" component={SignIn} />
      <Route path="/setup" component={Setup} />
      <Route path="/forgot" component={Forgot} />
      <Route path="/reset" component={Reset} />
      <Route path="/confirm-address" component={ConfirmAddress} />
      <Route component={SignedIn}>
        <Route path="/" component={Properties} />
        <Route path="/account" component={Account} />
        <Route path="/new" component={CreateProperty} />
        <Route path="/new/:site_id/stream" component={CreateStream} />
        <Route path="/new/:site_id/install" component={Install} />
        <Route path="/p/:site_id" component={PropertyFrame}>
          <For each={screens}>{({ path, component }) => <Route path={path} component={component} />}</For>
        </Route>
      </Route>
      <Route path="*" component={Missing} />
    </Router>
  ),
  document.getElementById("app")!,
);
