/** The networks that a gateway of another stack has to be in. */
export interface JoinNetworksInput {
  readonly gateway: string;
  /** The network of one environment; left out, those of all copies that the gateway's sites lead to. */
  readonly network?: string;
}

/** The network that a gateway has to leave, if it is in it. */
export interface LeaveNetworkInput {
  readonly gateway: string;
  readonly network: string;
}
