import { describe, expect, test } from "vitest";
import { erlangA, erlangB, erlangC, leastSeats } from "./erlang.ts";

/** Agrees to as many significant digits as the published figure has, and to 1e-8 where it has more. */
function agrees(ours: number, published: string): boolean {
  const digits = published.replace(/^0?\.?0*/, "").replace(".", "").length;
  const value = Number(published);
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) + 1 - digits);
  return Math.abs(ours - value) <= Math.max(0.500001 * unit, 1e-8 * Math.abs(value));
}

const C_TABLE = `
0.5 2 20/180 0.1 0.9153518275 12.0
1 3 20/180 0.09090909091 0.9272056906 8.181818
2 4 20/180 0.1739130435 0.8607413212 15.65217
2 4 20/240 0.1739130435 0.852785787 20.86957
3 5 20/240 0.2361516035 0.8001019833 28.33819
5 8 20/180 0.1672665067 0.8801483108 10.03599
6 9 20/300 0.1959809127 0.8395443998 19.59809
8 11 20/240 0.2449579261 0.8092265754 19.59663
10 13 20/180 0.285270453 0.7955947884 17.11623
10 14 20/180 0.1741319336 0.8883500192 7.835937
10 14 20/240 0.1741319336 0.8752290174 10.44792
16 20 20/240 0.2560777938 0.8165122428 15.36467
20 24 20/180 0.2980722998 0.808881887 13.41325
20 25 20/240 0.2091028266 0.8621509208 10.03694
30 35 20/240 0.2845824624 0.8123916781 13.65996
40 45 20/180 0.3407061108 0.8045187034 12.26542
40 46 20/240 0.2657906758 0.8387898061 10.63163
48 55 15/240 0.2387009364 0.8458830922 8.184032
50 56 20/240 0.3093477962 0.8123710771 12.37391
84 90 30/600 0.4119573138 0.6948145158 41.19573
100 107 20/180 0.3835119575 0.8238047029 9.861736
100 108 20/240 0.32832968 0.8314299216 9.84989
200 208 20/180 0.4654705896 0.8086393197 10.47309
200 209 20/240 0.4186578677 0.8022400263 11.16421
500 512 20/240 0.482825063 0.8223785856 9.656501
1000 1013 20/240 0.5780710781 0.8043429268 10.67208
2000 2015 20/240 0.6423686976 0.8159582868 10.2779
5000 5016 20/240 0.7454972337 0.8034890627 11.18246
16000 16018 20/240 0.8332909586 0.814067655 11.11055`;

const A_TABLE = `
48 60 120 50 20 .46777407 .030912249 3.7094699 .94301895 .93032424
10 180 300 13 20 .22579708 .024963304 7.4889911 .8581777 .75002823
2 240 180 4 20 .13816587 .043272892 7.7891205 .8881636 .47836355
20 240 180 23 20 .26335371 .039122111 7.0419799 .8437029 .83554599
40 240 180 42 20 .37119803 .045444593 8.1800268 .80518453 .90910039
40 240 180 45 20 .22080082 .022733658 4.0920585 .90307655 .86868119
100 240 180 100 20 .47842467 .0427172 7.689096 .81520691 .9572828
200 240 180 194 20 .62934573 .04768928 8.5840705 .80788739 .98176363
1000 240 180 952 20 .90506737 .049320053 8.8776096 .90505333 .99861339
84 600 600 84 30 .51451032 .04348501 26.091006 .65773801 .95651499`;

const rows = (table: string) =>
  table
    .trim()
    .split("\n")
    .map((line) => line.split(/[ /]/));

describe("WFM-1 Erlang's closed forms against tables computed to forty digits", () => {
  test.each(rows(C_TABLE))(
    "C: %s erlang, %s seats, %s s of %s s",
    (load, seats, within, handle, waits = "", level = "", asa = "") => {
      const ours = erlangC(Number(load), Number(seats), Number(handle), Number(within));
      expect([agrees(ours.waits, waits), agrees(ours.serviceLevel, level), agrees(ours.meanWaitS, asa)]).toEqual([
        true,
        true,
        true,
      ]);
    },
  );

  test.each(rows(A_TABLE))(
    "A: %s erlang of %s s, patience %s s, %s seats, %s s",
    (load, handle, patience, seats, within, waits = "", abandons = "", wait = "", level = "", occupancy = "") => {
      const ours = erlangA(Number(load), Number(seats), Number(handle), Number(patience), Number(within));
      const told = [ours.waits, ours.abandons, ours.meanWaitS, ours.serviceLevel, ours.occupancy];
      const published = [waits, abandons, wait, level, occupancy];
      expect(told.map((value, index) => agrees(value, published[index] ?? ""))).toEqual([true, true, true, true, true]);
    },
  );

  test.each([
    [10, 17, "0.01294887522"],
    [10, 16, "0.02230187204"],
  ])("B: %d erlang, %d lines", (load, lines, published) => {
    expect(agrees(erlangB(load, lines), published)).toBe(true);
  });

  test("A1 and A2 of the simulator's acceptance cases", () => {
    const c = erlangC(48, 50, 60, 20);
    expect([agrees(c.waits, ".694456"), agrees(c.meanWaitS, "20.8337"), c.occupancy]).toEqual([true, true, 0.96]);
    const a = erlangA(48, 50, 60, 120, 20);
    expect(agrees(a.abandons, ".030912")).toBe(true);
  });

  test("overload and idleness are not errors", () => {
    expect(erlangC(10, 10, 60, 20)).toMatchObject({ waits: 1, serviceLevel: 0 });
    const drowned = erlangA(2_000, 500, 240, 180, 20);
    expect(drowned.occupancy).toBeCloseTo(1, 6);
    expect(drowned.abandons).toBeCloseTo(0.75, 3);
    const idle = erlangA(0.01, 50, 240, 180, 20);
    expect([idle.waits < 1e-100, idle.serviceLevel]).toEqual([true, 1]);
  });

  test("WFM-1 the least seats of the pooling table: 46 patient, 42 with abandonment for 40 erlang at 80/20", () => {
    expect(leastSeats((seats) => erlangC(40, seats, 240, 20).serviceLevel >= 0.8, 200)).toBe(46);
    const pleases = (seats: number): boolean => {
      const { serviceLevel, abandons } = erlangA(40, Math.max(1, seats), 240, 180, 20);
      return serviceLevel >= 0.8 && abandons <= 0.05;
    };
    expect(leastSeats(pleases, 200)).toBe(42);
    expect(leastSeats(() => false, 10)).toBeNull();
  });

  test("a large pool takes a few milliseconds at most", () => {
    const began = performance.now();
    for (let turn = 0; turn < 100; turn++) erlangA(16_000, 15_201, 240, 180, 20);
    expect((performance.now() - began) / 100).toBeLessThan(10);
  });
});
