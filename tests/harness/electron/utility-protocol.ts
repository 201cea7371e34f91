/** Between a main process and a utility process of the stand-in, over Node's IPC channel. */
export type ToUtility =
  | { readonly type: 'message'; readonly data: unknown; readonly portIds: readonly number[] }
  | { readonly type: 'port-message'; readonly portId: number; readonly data: unknown }
  | { readonly type: 'port-close'; readonly portId: number }

export type FromUtility =
  | { readonly type: 'message'; readonly data: unknown }
  | { readonly type: 'port-message'; readonly portId: number; readonly data: unknown }
  | { readonly type: 'port-close'; readonly portId: number }
