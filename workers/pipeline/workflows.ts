// The Workflows as the platform wants them: classes that hand their steps to whoever does the work.
import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import type { EnrichmentParams, RunParams, TaskParams } from "../domain/run-params";
import { enrich } from "./enrich";
import { runPipeline } from "./run";
import { recordedSteps } from "./steps";
import { runTask } from "./tasks";

export class PipelineWorkflow extends WorkflowEntrypoint<Cloudflare.Env, RunParams> {
  override async run(event: Readonly<WorkflowEvent<RunParams>>, step: WorkflowStep): Promise<void> {
    await runPipeline(this.env, recordedSteps(step, this.env.DB, event.instanceId), event.payload, event.instanceId);
  }
}

export class EnrichmentWorkflow extends WorkflowEntrypoint<Cloudflare.Env, EnrichmentParams> {
  override async run(event: Readonly<WorkflowEvent<EnrichmentParams>>, step: WorkflowStep): Promise<void> {
    const { parent } = event.payload;
    // Its steps stand in the log of the run that it belongs to.
    await enrich(this.env, recordedSteps(step, this.env.DB, parent ?? event.instanceId), event.payload);
  }
}

export class MaintenanceWorkflow extends WorkflowEntrypoint<Cloudflare.Env, TaskParams> {
  override async run(event: Readonly<WorkflowEvent<TaskParams>>, step: WorkflowStep): Promise<void> {
    await runTask(this.env, recordedSteps(step, this.env.DB, event.instanceId), event.payload, event.instanceId);
  }
}
