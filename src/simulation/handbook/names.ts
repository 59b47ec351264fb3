/** Ids of the data set, which are numbers, as events write them. */
export const transactionName = (id: number): string => String(id)
export const userName = (customer: number): string => `c${customer}`
export const terminalName = (terminal: number): string => `t${terminal}`
