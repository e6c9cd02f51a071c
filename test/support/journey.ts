/**
 * Parts that hear of an event and do nothing for its delivery: log, metrics, statistics, parameters, marks of visitors,
 * issues, replays, live streams, free disk space.
 */
export const observers =
  /^src\/(?:telemetry|watch|alerts|disk|pipeline\/insight)\/|\/(?:replay-runner|parameter-catalog|parameter-learner|sqlite-visitor-marker|segment-marks-codec|mask|order|traces)\.ts$/;
