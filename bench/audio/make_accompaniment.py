#!/usr/bin/python3
"""Renders pieces of known tempo, beats and key in the styles of other people.

    make_accompaniment.py FOLDER SEED
    audio_accuracy FOLDER/list.tsv --each

MMA writes an accompaniment in each of its grooves over chords in a key drawn
from the seed, a melody is laid over three in four, and FluidSynth plays it.
Debian: mma fluidsynth timgm6mb-soundfont python3-mido. Not part of the build.
"""
import os
import random
import subprocess
import sys

import mido

SOUNDS = '/usr/share/sounds/sf2/TimGM6mb.sf2'
LENGTH_S = 40
SHARPS = 'C C# D D# E F F# G G# A A# B'.split()
CHORD_NAMES = 'C C# D Eb E F F# G Ab A Bb B'.split()

# Degrees of four bars, 0 = tonic, and the scale with the chord on each degree.
PROGRESSIONS = {
    'major': [[0, 4, 5, 3], [0, 5, 3, 4], [0, 3, 0, 4], [5, 3, 0, 4],
              [1, 4, 0, 0], [0, 5, 1, 4], [3, 4, 2, 5]],
    'minor': [[0, 5, 2, 6], [0, 3, 4, 0], [0, 6, 5, 4], [0, 3, 0, 4],
              [0, 0, 3, 4]]}
SCALES = {'major': [0, 2, 4, 5, 7, 9, 11], 'minor': [0, 2, 3, 5, 7, 8, 10]}
QUALITIES = {'major': ['', 'm', 'm', '', '7', 'm', 'dim'],
             'minor': ['m', 'dim', '', 'm', '7', '', '']}

# Whole beats a minute that each groove is usually played at: MMA knows no
# others. Sambas and the like are left out, as nobody agrees on their beat.
GROOVES = {
    '50sRock': (120, 160), '8Beat': (90, 130),
    'Ballad': (62, 80), 'BasicRock': (100, 140), 'BigBand': (120, 180),
    'BlueFolk': (80, 110), 'Bluegrass': (100, 130), 'Blues': (70, 110),
    'BoggieWoggie': (130, 170), 'Bolero': (80, 105), 'BoneyM': (115, 130),
    'BossaNova': (115, 145), 'Broadway': (100, 140), 'BubbleRock': (110, 140),
    'ChaCha': (105, 125), 'CountryBlues': (85, 120),
    'CountrySwing': (100, 140), 'CountryWaltz': (90, 130),
    'DSoul': (85, 110), 'Desert': (85, 110), 'Dixie': (150, 200),
    'EasySwing': (95, 130), 'Evansish': (90, 130), 'FastBlues': (130, 170),
    'FastSwing': (160, 210), 'Folk': (85, 120), 'FolkBallad': (65, 90),
    'FolkRock': (95, 130), 'Foxtrot': (110, 140),
    'GuitarBallad': (62, 85), 'GypsyJazz': (140, 200),
    'HillCountry': (90, 120), 'Hymn': (70, 95),
    'JazzGuitar': (100, 150), 'JazzRock': (95, 130), 'JazzWaltz': (110, 170),
    'LFusion': (95, 125), 'LatinWaltz': (110, 150), 'LightTango': (110, 130),
    'Lullaby': (70, 90), 'March': (110, 125), 'MellowJazz': (80, 120),
    'ModernJazz': (110, 160), 'NiteJazz': (70, 100), 'PianoBallad': (60, 85),
    'Polka': (105, 130), 'PopBallad': (65, 90), 'QuickStep': (170, 205),
    'Ragtime': (85, 110), 'Rhumba': (100, 125), 'RockBallad': (62, 84),
    'RockWaltz': (90, 130), 'ShuffleBoggie': (110, 150), 'Ska': (120, 160),
    'SlowBlues': (55, 75), 'SlowCountry': (70, 95), 'SlowJazz': (60, 85),
    'SlowSpiritual': (60, 80), 'SoftRock': (85, 115), 'SoftShoe': (90, 115),
    'Spiritual': (80, 110), 'StringBallad': (62, 85), 'Strut': (95, 120),
    'Swing': (120, 170), 'Tango': (110, 130), 'Trance': (130, 142),
    'Twist': (140, 170), 'VieneseWaltz': (150, 180), 'Waltz': (90, 170),
    'WesternSwing': (120, 160), 'Zydeco': (110, 140)}


def beats_a_bar(groove):
    return 3 if 'Waltz' in groove else 4


def melody(rnd, bars, beats, tonic, scale, ticks):
    """A track of chord tones on the beat and scale tones between."""
    notes = []
    last = tonic + 72
    for bar, degree in enumerate(bars):
        chord = [(tonic + scale[(degree + k) % 7]) % 12 for k in (0, 2, 4)]
        tones = [(tonic + step) % 12 for step in scale]
        for half in range(beats * 2):
            on_beat = half % 2 == 0
            if rnd.random() >= (0.55 if on_beat else 0.3):
                continue
            wanted = chord if rnd.random() < (0.8 if on_beat else 0.4) else tones
            near = [p for p in range(62, 86)
                    if p % 12 in wanted and abs(p - last) <= 7]
            last = rnd.choice(near or [last])
            start = int((bar * beats + half / 2) * ticks)
            start += rnd.randrange(ticks // 40 + 1)
            length = rnd.choice([1, 1, 2, 3]) * ticks // 2 - 5
            notes += [(start, 1, last), (start + length, 0, last)]
    track = mido.MidiTrack()
    track.append(mido.Message('program_change', channel=15,
                              program=rnd.choice([0, 24, 40, 52, 65, 73, 80])))
    now = 0
    for at, on, pitch in sorted(notes):
        velocity = rnd.randrange(70, 100) if on else 0
        track.append(mido.Message('note_on', channel=15, note=pitch,
                                  velocity=velocity, time=max(0, at - now)))
        now = max(now, at)
    return track


def render(folder, groove, tempi, rnd):
    """One piece; returns its line of the list."""
    bpm = rnd.randint(*tempi)
    tonic = rnd.randrange(12)
    mode = 'minor' if rnd.random() < 0.45 else 'major'
    verse, bridge = (rnd.choice(PROGRESSIONS[mode]) for _ in range(2))
    beats = beats_a_bar(groove)
    count = LENGTH_S * bpm // 60 // beats + 1
    bars = [(verse if bar // 8 % 2 == 0 else bridge)[bar % 4]
            for bar in range(count)]
    bars[-1] = 0
    base = os.path.join(folder, groove)
    with open(base + '.mma', 'w', encoding='ascii') as score:
        score.write(f'Tempo {bpm}\nGroove {groove}\n')
        for degree in bars:
            root = CHORD_NAMES[(tonic + SCALES[mode][degree]) % 12]
            score.write(root + QUALITIES[mode][degree] + '\n')
    subprocess.run(['/usr/bin/mma', base + '.mma', '-f', base + '.mid'],
                   check=True, stdout=subprocess.DEVNULL)
    song = mido.MidiFile(base + '.mid')
    if rnd.random() < 0.75:
        song.tracks.append(melody(rnd, bars, beats, tonic, SCALES[mode],
                                  song.ticks_per_beat))
        song.save(base + '.mid')
    subprocess.run(['fluidsynth', '-ni', '-q', '-r', '44100', '-g', '0.5',
                    '-F', base + '.wav', SOUNDS, base + '.mid'], check=True,
                   stdout=subprocess.DEVNULL)
    with open(base + '.beats', 'w', encoding='ascii') as lines:
        for beat in range(count * beats):
            lines.write(f'{beat * 60 / bpm:.4f}\n')
    return f'{groove}.wav\t{bpm}\t{SHARPS[tonic]} {mode}\t\t\t{groove}.beats\n'


def main():
    folder, seed = sys.argv[1], int(sys.argv[2])
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, 'list.tsv'), 'w', encoding='ascii') as out:
        for number, groove in enumerate(sorted(GROOVES)):
            rnd = random.Random(seed * 1000 + number)
            out.write(render(folder, groove, GROOVES[groove], rnd))


main()
