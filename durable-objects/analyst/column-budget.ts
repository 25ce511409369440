// The memory that columns of the analysis zone may take in an isolate, which several Analysts may share: whoever has been
// asked longest ago gives theirs up first.

/** Bytes of columns in an isolate. */
const MOST_BYTES = 64 * 1024 * 1024;

interface Holder {
  bytes: number;
  release: () => void;
}

/** In the order of the last use. */
const holders = new Map<object, Holder>();

const total = (): number => [...holders.values()].reduce((sum, { bytes }) => sum + bytes, 0);

/** Notes that somebody holds so many bytes, and uses them now. Others may lose theirs. */
export function hold(owner: object, bytes: number, release: () => void, most = MOST_BYTES): void {
  holders.delete(owner);
  holders.set(owner, { bytes, release });
  let sum = total();
  for (const [other, holder] of holders) {
    if (sum <= most || other === owner) break;
    holders.delete(other);
    holder.release();
    sum -= holder.bytes;
  }
}

/** Bytes of columns that are held in this isolate. */
export const heldBytes = (): number => total();
