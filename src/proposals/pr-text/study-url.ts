/** @param baseUrl RELYLOOP_BASE_URL, whatever it ends in */
export function studyUrl(baseUrl: string, studyId: string): string {
  return `${baseUrl.replace(/\/+$/, "")}/studies/${encodeURIComponent(studyId)}`;
}
