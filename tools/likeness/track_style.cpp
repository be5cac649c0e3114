#include "tools/likeness/track_style.hpp"

#include <cassert>

namespace troupe::sample {

namespace {

using w = waveform;

// One line of numbers: swing, melody, minor, voices; waves of chords, bass and
// melody; cutoff, attack; gains of drums, bass, chords, melody, room.
constexpr std::array<track_style, styles_count> styles{{
  {"techno", 126, 138, "x...x...x...x...", "................",
   "..x...x...x...x.", "..o..o..o..o..o.", "......x.........",
   0.0, 0.03, 0.9, 3, {w::saw, w::square}, {w::saw, w::square},
   {w::square, w::fm}, 1400, 0.005, 1.0, 0.6, 0.25, 0.15, 0.25},
  {"house", 118, 128, "x...x...x...x...", "....x.......x...",
   "..x...x...x..ox.", "x..x..o.x..x..o.", "..x..x....x..x..",
   0.08, 0.08, 0.6, 4, {w::organ, w::fm}, {w::square, w::triangle},
   {w::saw, w::organ}, 2600, 0.005, 0.9, 0.6, 0.45, 0.25, 0.2},
  {"drum and bass", 165, 178, "x.........x.....", "....x.......x...",
   "x.x.x.x.x.x.x.xo", "x.....o...x.....", "x...............",
   0.0, 0.06, 0.8, 4, {w::saw, w::triangle}, {w::fm, w::saw},
   {w::sine, w::fm}, 1800, 0.2, 1.0, 0.8, 0.3, 0.2, 0.3},
  {"hip hop", 78, 96, "x..o..x.x.......", "....x.......x...",
   "x.xox.x.x.xox.xo", "x.....x.x..o....", "x.......x.......",
   0.3, 0.05, 0.8, 4, {w::fm, w::pluck}, {w::sine, w::triangle},
   {w::pluck, w::fm}, 1500, 0.01, 1.0, 0.9, 0.35, 0.2, 0.1},
  {"rock", 105, 145, "x.....x.x.......", "....x.......x...",
   "x.x.x.x.x.x.x.x.", "x.x.x.x.x.x.x.x.", "x.x.x.x.x.x.x.x.",
   0.0, 0.1, 0.4, 3, {w::saw, w::square}, {w::saw, w::triangle},
   {w::saw, w::square}, 3600, 0.003, 0.8, 0.5, 0.6, 0.35, 0.15},
  {"metal", 150, 200, "xxx.xxx.xxx.xxx.", "....x.......x...",
   "x...x...x...x...", "xxx.xxx.xxx.xxx.", "xxx.xxx.xxx.xxx.",
   0.0, 0.12, 1.0, 3, {w::square, w::saw}, {w::saw, w::square},
   {w::saw, w::square}, 5200, 0.002, 0.9, 0.7, 0.8, 0.3, 0.1},
  {"reggae", 68, 84, "........x.......", "........x.......",
   "..x...x...x...x.", "x..x....o..x..o.", "....x.......x...",
   0.15, 0.06, 0.4, 3, {w::organ, w::pluck}, {w::sine, w::triangle},
   {w::organ, w::triangle}, 2200, 0.003, 0.7, 1.0, 0.4, 0.2, 0.25},
  {"waltz", 84, 180, "x...........", "................", "....o...o...",
   "x...........", "....x...x...", 0.0, 0.22, 0.3, 3,
   {w::triangle, w::pluck}, {w::triangle, w::sine}, {w::triangle, w::organ},
   2500, 0.02, 0.25, 0.5, 0.45, 0.5, 0.35},
  {"bossa nova", 120, 145, "x..ox..ox..ox..o", "x..x..x...x..x..",
   "oooooooooooooooo", "x..xx..xx..xx..x", "x..x..x...x..x..",
   0.0, 0.14, 0.5, 4, {w::pluck, w::pluck}, {w::triangle, w::sine},
   {w::sine, w::triangle}, 3000, 0.003, 0.3, 0.55, 0.5, 0.35, 0.15},
  {"swing jazz", 130, 220, "o.......o.......", "....o.......o...",
   "x...x.x.x...x.x.", "x...x...x...x...", "..x.....x.....x.",
   0.6, 0.25, 0.4, 4, {w::fm, w::pluck}, {w::pluck, w::triangle},
   {w::saw, w::triangle}, 2400, 0.01, 0.35, 0.6, 0.35, 0.45, 0.2},
  {"funk", 98, 116, "x..x..x...x.o...", "....x..o.o..x..o",
   "xxxxxxxxxxxxxxxx", "x..x.x.o..x.xx.o", ".x..x.x..x..x.x.",
   0.12, 0.08, 0.6, 4, {w::pluck, w::square}, {w::square, w::pluck},
   {w::saw, w::square}, 3200, 0.002, 0.85, 0.8, 0.4, 0.3, 0.1},
  {"ambient", 60, 84, "................", "................",
   "................", "x...............", "x...............",
   0.0, 0.04, 0.5, 4, {w::saw, w::sine}, {w::sine, w::sine},
   {w::sine, w::fm}, 800, 0.9, 0.0, 0.4, 0.6, 0.25, 0.8},
  {"piano ballad", 60, 80, "................", "................",
   "................", "x.......x.......", "x.o.x.o.x.o.x.o.",
   0.0, 0.16, 0.4, 3, {w::pluck, w::fm}, {w::fm, w::pluck},
   {w::fm, w::pluck}, 2800, 0.004, 0.0, 0.45, 0.5, 0.5, 0.4},
  {"trance", 132, 142, "x...x...x...x...", "....x.......x...",
   "..x...x...x...x.", "..x...x...x...x.", "x..x..x..x..x.x.",
   0.0, 0.3, 0.9, 3, {w::saw, w::saw}, {w::saw, w::square},
   {w::saw, w::square}, 4200, 0.01, 0.8, 0.6, 0.45, 0.4, 0.45},
  {"dubstep", 138, 144, "x.........x.....", "........x.......",
   "..o...o...o..oo.", "x.xx..x.xx..x.x.", "x...............",
   0.0, 0.04, 1.0, 3, {w::saw, w::fm}, {w::fm, w::saw},
   {w::square, w::fm}, 2000, 0.05, 1.0, 1.0, 0.25, 0.2, 0.2},
  {"country", 95, 125, "x.......x.......", "....x.......x...",
   "x.o.x.o.x.o.x.o.", "x.......x.......", "..x.x.x...x.x.x.",
   0.1, 0.18, 0.1, 3, {w::pluck, w::pluck}, {w::triangle, w::pluck},
   {w::pluck, w::saw}, 4000, 0.002, 0.5, 0.55, 0.55, 0.45, 0.15},
  {"march", 108, 124, "x...x...x...x...", "x.xxx.xxx.xxxxxx",
   "x.......x.......", "x...o...x...o...", "..x...x...x...x.",
   0.0, 0.25, 0.1, 3, {w::organ, w::saw}, {w::saw, w::organ},
   {w::saw, w::square}, 2800, 0.015, 0.6, 0.6, 0.35, 0.55, 0.3},
  {"chiptune", 130, 170, "x...o...x...o...", "....x.......x...",
   "o.o.o.o.o.o.o.o.", "x.x.x.x.x.x.x.x.", "xxxxxxxxxxxxxxxx",
   0.0, 0.35, 0.5, 3, {w::square, w::square}, {w::triangle, w::triangle},
   {w::square, w::square}, 9000, 0.001, 0.4, 0.6, 0.2, 0.45, 0.0},
  {"choral", 56, 76, "................", "................",
   "................", "x.......x.......", "x.......x.......",
   0.0, 0.1, 0.5, 4, {w::organ, w::triangle}, {w::organ, w::triangle},
   {w::organ, w::triangle}, 1600, 0.25, 0.0, 0.5, 0.6, 0.5, 0.7},
  {"latin", 92, 108, "x...x...x...x...", "...x..x....x..x.",
   "x.o.x.o.x.o.x.o.", "...x..x....x..x.", "x..x..xx..x.x.x.",
   0.0, 0.12, 0.6, 3, {w::pluck, w::fm}, {w::triangle, w::sine},
   {w::saw, w::square}, 3400, 0.003, 0.8, 0.7, 0.45, 0.35, 0.15},
}};

} // namespace

const track_style& style_at(std::size_t index) {
  assert(index < styles_count);
  return styles.at(index);
}

} // namespace troupe::sample
