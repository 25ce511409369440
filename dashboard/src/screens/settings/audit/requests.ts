// API calls of the audit log.
import type { AuditEntry } from "../../../../../workers/domain/properties/audit";
import { request } from "../../../data/api";

export type { AuditEntry };

export interface AuditPage {
  entries: AuditEntry[];
  /** Null on the last page. */
  next: string | null;
}

export interface AuditQuestion {
  organizationId: string;
  /** Null for the whole organization. */
  siteId: string | null;
  after?: string;
}

export function loadAudit({ organizationId, siteId, after }: AuditQuestion, signal?: AbortSignal): Promise<AuditPage> {
  const query = new URLSearchParams({ organization_id: organizationId });
  if (siteId !== null) query.set("site_id", siteId);
  if (after !== undefined) query.set("after", after);
  return request(`/api/v1/audit?${query}`, signal ? { signal } : {});
}
