// The Workflows as the platform wants them: classes that hand their steps to whoever does the work.
import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import type { EnrichmentParams, RunParams, TaskParams } from "./domain/runs/run-params";
import { recordedSteps } from "./jobs/steps";
import { enrich } from "./pipeline/enrich";
import { runPipeline } from "./pipeline/run";
import { runTask } from "./tasks";

export class PipelineWorkflow extends WorkflowEntrypoint<Cloudflare.Env, RunParams> {
  override async run(event: Readonly<WorkflowEvent<RunParams>>, step: WorkflowStep): Promise<void> {
    await runPipeline(this.env, recordedSteps(step, this.env.DB, event.instanceId), event.payload, event.instanceId);
  }
}

export class EnrichmentWorkflow extends WorkflowEntrypoint<Cloudflare.Env, EnrichmentParams> {
  override async run(event: Readonly<WorkflowEvent<EnrichmentParams>>, step: WorkflowStep): Promise<void> {
    const { parent, event: type } = event.payload;
    // Its steps stand in the log of the run that it belongs to.
    const steps = recordedSteps(step, this.env.DB, parent ?? event.instanceId);
    try {
      await enrich(this.env, steps, event.payload);
    } catch (error) {
      // The run goes on without it at once, instead of waiting for what will not come.
      if (parent !== null)
        await steps.do("tell the run of the failure", async () => {
          await (await this.env.PIPELINE.get(parent)).sendEvent({ type, payload: {} });
        });
      throw error;
    }
  }
}

export class MaintenanceWorkflow extends WorkflowEntrypoint<Cloudflare.Env, TaskParams> {
  override async run(event: Readonly<WorkflowEvent<TaskParams>>, step: WorkflowStep): Promise<void> {
    await runTask(this.env, recordedSteps(step, this.env.DB, event.instanceId), event.payload, event.instanceId);
  }
}
