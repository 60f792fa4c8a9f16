/** @throws unless the answer has this status: a provocation that is answered otherwise has not come about */
export const expectStatus = (wanted: number, { status }: { status: number }, what: string): void => {
  if (status !== wanted) throw new Error(`${what} was answered with ${status}, not ${wanted}`);
};
