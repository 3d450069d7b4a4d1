import { type Decision, showsEverything } from '@lakewarden/kernel';

import type { Table } from '../table/table.ts';
import { hiddenColumns, visibleDescriptor, visibleParameters } from '../table/visible-table.ts';
import type { Partition } from './partition.ts';

/** The partition as the decision shows it: the columns of its descriptor cut like the table's. */
export function visiblePartition(table: Table, decision: Decision): (partition: Partition) => Partition {
  const ofTable = hiddenColumns(table, decision);
  if (showsEverything(decision.columns)) return (partition) => partition;
  return (partition) => {
    const { storageDescriptor, parameters, ...rest } = partition;
    // A partition may have columns that the table no longer has, and they may be hidden as well.
    const own = hiddenColumns(
      { ...table, definition: { ...(storageDescriptor && { StorageDescriptor: storageDescriptor }) } },
      decision,
    );
    const hidden = new Set([...ofTable, ...own]);
    const cut = visibleDescriptor(storageDescriptor, decision, hidden);
    return {
      ...rest,
      ...(cut !== undefined && { storageDescriptor: cut }),
      ...(parameters !== undefined && { parameters: visibleParameters(parameters, decision, hidden) }),
    };
  };
}
