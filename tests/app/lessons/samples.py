"""A small lesson as text, for tests."""

LESSON = """---
lesson: A small lesson
summary: What it is about.
goal: Students can do something.
minutes: 5
source: synthetic
model_b: off
---
Say hello.

---
predict: First things
say: Wait for everybody.
---
Some words before.

Which one is **right**?

- [ ] This one
  No, because of this.
- [x] That one
  Yes, because of that.

---
observe:
view: xt
panes: rgb, depth_a
---
**Look** at it.

---
explain:
controls: ema_factor
---
It is so.

---
measure: boundary-f1
edges: true
---
How much is it?

- [x] {..0.5} Little
  So little.
- [ ] {0.5..} Much
  Not so much.
"""
