// The entry: which address shows which page.
import { Route, Router } from "@solidjs/router";
import { lazy } from "solid-js";
import { render } from "solid-js/web";
import { reloadAfterUpdate } from "./data/update";
import { PropertyFrame } from "./frame/property-frame";
import { Root } from "./frame/root";
import { SignedIn } from "./frame/signed-in";
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
const Settings = lazy(() => import("./screens/settings/settings").then((page) => ({ default: page.Settings })));
const Realtime = lazy(() => import("./screens/realtime/realtime").then((page) => ({ default: page.Realtime })));
const Events = lazy(() => import("./screens/events/events").then((page) => ({ default: page.Events })));
const Vitals = lazy(() => import("./screens/vitals/vitals").then((page) => ({ default: page.Vitals })));
const Rules = lazy(() => import("./screens/rules/rules").then((page) => ({ default: page.Rules })));
const Heatmaps = lazy(() => import("./screens/heatmaps/heatmaps").then((page) => ({ default: page.Heatmaps })));
const Tech = lazy(() => import("./screens/technology/technology").then((page) => ({ default: page.Tech })));
const Networks = lazy(() => import("./screens/networks/networks").then((page) => ({ default: page.Networks })));
const Anomalies = lazy(() => import("./screens/anomalies/anomalies").then((page) => ({ default: page.Anomalies })));
const Pipeline = lazy(() => import("./screens/pipeline/pipeline").then((page) => ({ default: page.Pipeline })));
const Missing = lazy(() => import("./screens/start/missing").then((page) => ({ default: page.Missing })));

reloadAfterUpdate();

render(
  () => (
    <Router root={Root}>
      <Route path="/sign-in" component={SignIn} />
      <Route path="/setup" component={Setup} />
      <Route component={SignedIn}>
        <Route path="/" component={Properties} />
        <Route path="/new" component={CreateProperty} />
        <Route path="/new/:site_id/stream" component={CreateStream} />
        <Route path="/new/:site_id/install" component={Install} />
        <Route path="/p/:site_id" component={PropertyFrame}>
          <Route path="/" component={Overview} />
          <Route path="/realtime" component={Realtime} />
          <Route path="/events" component={Events} />
          <Route path="/vitals" component={Vitals} />
          <Route path="/rules" component={Rules} />
          <Route path="/heatmaps" component={Heatmaps} />
          <Route path="/tech" component={Tech} />
          <Route path="/networks" component={Networks} />
          <Route path="/anomalies" component={Anomalies} />
          <Route path="/pipeline" component={Pipeline} />
          <Route path="/settings/:section?" component={Settings} />
        </Route>
      </Route>
      <Route path="*" component={Missing} />
    </Router>
  ),
  document.getElementById("app")!,
);
