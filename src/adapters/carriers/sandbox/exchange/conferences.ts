import type { MemberChange } from "./events.ts";
import { type ConferenceEvent, notifyConference } from "./params.ts";
import { changeRecording, startRecording, stopRecordingsOf } from "./recordings.ts";
import type { Call, CallbackTarget, Conference, EndReason, JoinOptions, Member } from "./state.ts";
import { handsetOf, tell, touchCall, type World } from "./world.ts";

/** The conference of this name that has not ended, made when there is none: a name is a room only while it is in use. */
export function openConference(world: World, name: string, options: JoinOptions): Conference {
  const openSid = world.exchange.openConferences.get(name);
  const open = openSid === undefined ? undefined : world.exchange.conferences.get(openSid);
  const conference = open ?? {
    sid: world.newSid("CF"),
    name,
    createdAt: world.now,
    updatedAt: world.now,
    status: "init" as const,
    callback: null,
    recordingCallback: null,
    wantsRecording: false,
    recordingSid: null,
    sequence: 0,
    members: [],
    endReason: null,
    endedBy: null,
  };
  world.exchange.conferences.set(conference.sid, conference);
  world.exchange.openConferences.set(name, conference.sid);
  // The first member that names an address decides where the conference's callbacks go; later ones are ignored.
  conference.callback ??= options.callback;
  conference.recordingCallback ??= options.recordingCallback;
  conference.wantsRecording ||= options.record;
  touch(world, conference);
  return conference;
}

/** Enters a leg that still rings, so that it can be found by its label before it answers. */
export function expectMember(world: World, call: Call, name: string, options: JoinOptions): void {
  const conference = openConference(world, name, options);
  conference.members.push(newMember(world, call.sid, options));
}

export function joinConference(world: World, call: Call, name: string, options: JoinOptions): void {
  const conference = openConference(world, name, options);
  let member = conference.members.find((each) => each.callSid === call.sid);
  if (member === undefined) {
    member = newMember(world, call.sid, options);
    conference.members.push(member);
  }
  member.joinedAt = world.now;
  member.updatedAt = world.now;
  call.conferenceSid = conference.sid;
  call.activity = { at: "conference", conferenceSid: conference.sid };
  touchCall(world, call);
  if (options.legRecording !== null) recordLeg(world, call, options.legRecording.callback);
  notifyConference(world, conference, "participant-join", member);
  tell(world, call, { type: "conference_joined", callSid: call.sid, conferenceSid: conference.sid, name });
  introducePeers(world, conference, call);
  if (conference.status === "init") startWhenReady(world, conference);
  if (conference.status === "in-progress") connectRobots(world, conference);
  else waitWithMusic(world, call);
}

function startWhenReady(world: World, conference: Conference): void {
  const inside = joined(conference);
  if (inside.length < 2 || !inside.some((member) => member.options.startOnEnter)) return;
  conference.status = "in-progress";
  notifyConference(world, conference, "conference-start", null);
  if (!conference.wantsRecording) return;
  conference.recordingSid = world.newSid("RE");
  startRecording(world, {
    kind: "recording_started",
    sid: conference.recordingSid,
    callSid: null,
    conferenceSid: conference.sid,
    source: "Conference",
    callback: conference.recordingCallback,
  });
}

function recordLeg(world: World, call: Call, callback: CallbackTarget | null): void {
  const of = { callSid: call.sid, conferenceSid: null, source: "OutboundAPI", callback } as const;
  startRecording(world, { kind: "recording_started", sid: world.newSid("RE"), ...of });
}

/** Robot callers hear that somebody is there; it is told once to each, as a moment arms an action only once. */
function connectRobots(world: World, conference: Conference): void {
  for (const member of joined(conference)) {
    world.raised.push({ kind: "robot_moment", callSid: member.callSid, moment: "conference" });
  }
}

/** Takes a leg out. Whether the leg itself goes on is the business of whoever called this. */
export function leaveConference(world: World, call: Call, how: "left" | "kicked"): void {
  const conference = conferenceWith(world, call);
  if (conference === undefined) return;
  const member = conference.members.find((each) => each.callSid === call.sid);
  if (member === undefined) return;
  removeMember(world, conference, member, call);
  if (member.joinedAt === null) {
    if (conference.members.length === 0) end(world, conference, "last-participant-left", null);
    return;
  }
  if (member.endOnExit) {
    end(world, conference, `participant-with-end-conference-on-exit-${how}`, call.sid);
  } else if (conference.members.length === 0) {
    end(world, conference, how === "left" ? "last-participant-left" : "last-participant-kicked", call.sid);
  }
}

function removeMember(world: World, conference: Conference, member: Member, call: Call): void {
  conference.members = conference.members.filter((each) => each !== member);
  call.conferenceSid = null;
  if (member.joinedAt !== null) {
    notifyConference(world, conference, "participant-leave", member);
    for (const other of joined(conference)) {
      const otherCall = world.exchange.calls.get(other.callSid);
      if (otherCall === undefined || handsetOf(otherCall) === null || handsetOf(call) === null) continue;
      tell(world, otherCall, { type: "peer_left", callSid: other.callSid, peer: call.sid });
      tell(world, call, { type: "peer_left", callSid: call.sid, peer: other.callSid });
    }
    tell(world, call, { type: "conference_left", callSid: call.sid, conferenceSid: conference.sid });
  }
  touch(world, conference);
  touchCall(world, call);
}

/** Ends a conference and says what becomes of each leg in it: TwiML goes on, a leg that was called in hangs up. */
export function end(world: World, conference: Conference, reason: EndReason, by: string | null): void {
  if (conference.status === "completed") return;
  conference.endReason = reason;
  conference.endedBy = by;
  for (const member of [...conference.members]) {
    const call = world.exchange.calls.get(member.callSid);
    if (call === undefined) continue;
    removeMember(world, conference, member, call);
    sendOn(world, member);
  }
  conference.status = "completed";
  conference.members = [];
  if (world.exchange.openConferences.get(conference.name) === conference.sid) {
    world.exchange.openConferences.delete(conference.name);
  }
  if (conference.recordingSid !== null) changeRecording(world, conference.recordingSid, "stopped");
  stopRecordingsOf(world, { conferenceSid: conference.sid });
  notifyConference(world, conference, "conference-end", null);
  touch(world, conference);
}

/** What a leg does once it is out of its conference without having hung up. */
export function sendOn(world: World, member: Member): void {
  if (member.joinedAt === null) world.raised.push({ kind: "call_over", callSid: member.callSid, status: "canceled" });
  else if (member.options.hangUpAfter)
    world.raised.push({ kind: "call_over", callSid: member.callSid, status: "completed" });
  else world.raised.push({ kind: "dial_over", callSid: member.callSid, outcome: { DialCallStatus: "answered" } });
}

export function kick(world: World, member: Member): void {
  const call = world.exchange.calls.get(member.callSid);
  if (call === undefined) return;
  leaveConference(world, call, "kicked");
  sendOn(world, member);
}

export function changeMember(world: World, conference: Conference, member: Member, change: MemberChange): void {
  const call = world.exchange.calls.get(member.callSid);
  if (call === undefined) return;
  member.endOnExit = change.endOnExit ?? member.endOnExit;
  if (change.hold !== undefined && change.hold !== member.hold) {
    member.hold = change.hold;
    say(member, change.hold ? "participant-hold" : "participant-unhold");
    tell(world, call, { type: "held", callSid: call.sid, on: change.hold });
    if (change.hold) {
      waitWithMusic(world, call, change.holdUrl ?? null);
      world.raised.push({ kind: "robot_moment", callSid: call.sid, moment: "held" });
    }
  }
  if (change.muted !== undefined && change.muted !== member.muted) {
    member.muted = change.muted;
    say(member, change.muted ? "participant-mute" : "participant-unmute");
    tell(world, call, { type: "muted", callSid: call.sid, on: change.muted });
  }
  const coaching = change.coaching ?? member.coaching;
  const toCoach = change.callSidToCoach ?? member.callSidToCoach;
  if (coaching !== member.coaching || toCoach !== member.callSidToCoach) {
    member.coaching = coaching;
    member.callSidToCoach = coaching ? toCoach : null;
    say(member, "participant-modify");
  }
  member.updatedAt = world.now;
  touch(world, conference);

  function say(about: Member, event: ConferenceEvent): void {
    notifyConference(world, conference, event, about);
  }
}

/** Tells each browser in the room of the other; the newcomer makes the offer, so that exactly one side does. */
function introducePeers(world: World, conference: Conference, newcomer: Call): void {
  if (handsetOf(newcomer) === null) return;
  for (const member of joined(conference)) {
    const other = world.exchange.calls.get(member.callSid);
    if (other === undefined || other === newcomer || handsetOf(other) === null) continue;
    introduce(world, newcomer, other);
  }
}

export function introduce(world: World, offering: Call, answering: Call): void {
  tell(world, answering, { type: "peer_joined", callSid: answering.sid, peer: offering.sid, makeOffer: false });
  tell(world, offering, { type: "peer_joined", callSid: offering.sid, peer: answering.sid, makeOffer: true });
}

function waitWithMusic(world: World, call: Call, url: string | null = null): void {
  tell(world, call, {
    type: "caption",
    callSid: call.sid,
    kind: "music",
    text: "",
    language: null,
    durationS: null,
    url,
  });
}

export function conferenceWith(world: World, call: Call): Conference | undefined {
  if (call.conferenceSid !== null) return world.exchange.conferences.get(call.conferenceSid);
  if (call.onAnswer?.do !== "join") return undefined;
  const sid = world.exchange.openConferences.get(call.onAnswer.name);
  return sid === undefined ? undefined : world.exchange.conferences.get(sid);
}

export function joined(conference: Conference): Member[] {
  return conference.members.filter((member) => member.joinedAt !== null);
}

function newMember(world: World, callSid: string, options: JoinOptions): Member {
  return {
    callSid,
    options,
    createdAt: world.now,
    updatedAt: world.now,
    joinedAt: null,
    muted: options.muted,
    hold: false,
    endOnExit: options.endOnExit,
    coaching: options.coaching,
    callSidToCoach: options.callSidToCoach,
  };
}

function touch(world: World, conference: Conference): void {
  conference.updatedAt = world.now;
  world.touched.add(`conference/${conference.sid}`);
}
