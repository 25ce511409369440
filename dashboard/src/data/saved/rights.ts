// What the signed-in person may change in a property.
import type { Property } from "../property";
import { me } from "../session";

/** The same rule as the API's: owners and admins manage, members read. */
export function canManage(property: Pick<Property, "organization_id">): boolean {
  const role = me()?.organizations.find(({ id }) => id === property.organization_id)?.role ?? "";
  return role.split(",").some((one) => one === "owner" || one === "admin");
}
