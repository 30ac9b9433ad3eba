export { seatsHaveChanged } from "./new-days.ts";
export { type LineToPublish, type Publishable, type PublishSource, readPublishable } from "./publish.ts";
