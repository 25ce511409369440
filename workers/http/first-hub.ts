// The first hub of a property, which keeps what is of the property and not of its visitors.
import { shardName } from "../domain/visits/hub";

export const hubOf = ({ HUB }: Pick<Cloudflare.Env, "HUB">, siteId: string) => HUB.getByName(shardName(siteId, 0));
