export { type LineToPublish, type Publishable, type PublishSource, readPublishable } from "./publish.ts";
