#include "bench/style.hpp"

namespace troupe {

namespace {

constexpr std::array<style, 24> all{{
  {"house", 118, 128, 4, "x...x...x...x...", "....x.......x...",
   "..x...x...x...x.", "..x...x...x...x.", "..x..x....x..x..", "", true, true},
  {"techno", 128, 142, 4, "x...x...x...x...", "", "..x...x...x...x.",
   ".xxx.xxx.xxx.xxx", "", "x..x..x.x..x..x.", true, false},
  {"trance", 134, 142, 4, "x...x...x...x...", "....x.......x...",
   "..x...x...x...x.", ".xxx.xxx.xxx.xxx", "", "xxxxxxxxxxxxxxxx", true, true},
  {"drum_and_bass", 168, 178, 4, "x.........x.....", "....x.......x...",
   "x.x.x.x.x.x.x.x.", "x.........x.....", "", "", true, true},
  {"dubstep", 138, 145, 4, "x.........o.....", "........x.......",
   "x..x..x..x..x..x", "x.....x.x.......", "", "", true, false},
  {"hip_hop", 82, 98, 4, "x......x..x.....", "....x.......x...",
   "x.x.x.x.x.x.x.x.", "x......x..x.....", "", "x.....x.....x...", true, false,
   0.25},
  {"trap", 132, 150, 4, "x.....x...x.....", "........x.......",
   "x.x.x.xxx.x.x.x.", "x.....x.........", "", "x...x...x...x...", true, false},
  {"rock", 108, 142, 4, "x.......x.x.....", "....x.......x...",
   "x.x.x.x.x.x.x.x.", "x.x.x.x.x.x.x.x.", "x...x...x...x...", "", false, true,
   0.0, 0.008, 0.01},
  {"punk", 158, 188, 4, "x...x...x...x...", "..x...x...x...x.",
   "x...x...x...x...", "x.x.x.x.x.x.x.x.", "x.x.x.x.x.x.x.x.", "", false, true,
   0.0, 0.008, 0.01},
  {"ballad", 62, 78, 4, "x.......x.o.....", "....x.......x...",
   "x.x.x.x.x.x.x.x.", "x.......x.......", "", "x.x.x.x.x.x.x.x.", true, true,
   0.0, 0.01, 0.01},
  {"reggae", 68, 84, 4, "........x.......", "........x.......",
   "x.o.x.o.x.o.x.o.", "x..x..x.....x...", "..x...x...x...x.", "", false, true,
   0.0, 0.008, 0.005},
  {"disco", 110, 124, 4, "x...x...x...x...", "....x.......x...",
   "..x...x...x...x.", "x.x.x.x.x.x.x.x.", "...x..x....x..x.", "", true, true,
   0.0, 0.004, 0.003},
  {"waltz", 96, 176, 3, "x...........", "....o...o...", "....o...o...",
   "x...........", "....x...x...", "", false, true, 0.0, 0.01, 0.02},
  {"swing_jazz", 124, 200, 4, "", "", "x...x.x.x...x.x.", "x...x...x...x...",
   "......x.......x.", "", false, true, 0.33, 0.012, 0.015},
  {"samba", 96, 112, 4, "x..ox..ox..ox..o", "..x..x...x..x.x.",
   "xoxoxoxoxoxoxoxo", "x..xx..xx..xx..x", "x..x..x...x.x...", "", false, true,
   0.0, 0.006, 0.01},
  {"bossa_nova", 118, 144, 4, "x..xx..xx..xx..x", "x.....x.....x...",
   "x.x.x.x.x.x.x.x.", "x.....xxx.....xx", "x..x..x...x..x..", "", false, true,
   0.0, 0.008, 0.01},
  {"ambient", 70, 100, 4, "", "", "", "", "", "x.x.x.x.x.x.x.x.", true, false},
  {"solo_piano", 66, 116, 4, "", "", "", "x.......x.......", "",
   "x.x.x.x.x.x.x.x.", false, true, 0.0, 0.012, 0.04},
  {"folk_guitar", 88, 132, 4, "", "", "", "x.......x.......", "",
   "x.xxx.xxx.xxx.xx", false, true, 0.0, 0.008, 0.015},
  {"five_four", 110, 170, 5, "x.....x.....x.......", "............x.......",
   "x...x...x...x...x...", "x.....x.....x...x...", "......x.........x...", "",
   false, true, 0.0, 0.006, 0.005},
  {"breakbeat", 122, 136, 4, "x.x.......xx....", "....x..o.o..x..o",
   "x.x.x.x.x.x.x.x.", "x.........x.....", "", "", true, true},
  {"shuffle_blues", 84, 132, 4, "x.......x.......", "....x.......x...",
   "x.x.x.x.x.x.x.x.", "x.x.x.x.x.x.x.x.", "", "", false, true, 0.33, 0.01,
   0.01},
  {"country_train", 100, 124, 4, "x.......x.......", "ooxoooxoooxoooxo", "",
   "x.......x.......", "....x.......x...", "", false, true, 0.0, 0.006, 0.008},
  {"live_funk", 94, 116, 4, "x..x..x...x.....", "....x..o.o..x...",
   "xoxoxoxoxoxoxoxo", "x..x..x...xx..x.", "..x.......x..x..", "", false, true,
   0.1, 0.01, 0.025},
}};

} // namespace

const std::array<style, 24>& styles() {
  return all;
}

} // namespace troupe
