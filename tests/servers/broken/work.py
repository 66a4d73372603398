"""Builds that have work to count: each step of a job is one delivery of TEA, once there is any, whose note says the
job and the step.

`counting_jobs` is sound: `tick` comes every two seconds, `count` has forty steps. The others are broken in how jobs are taken.
"""

STEPS, PACE_S = 40, 0.25


def counting_jobs(module, fenced=True):
    """Two more kinds of work whose effects can be counted."""
    import json
    import time

    from webapp.products import dao as products
    from webapp.stock import actions as stock
    from webapp.stock.shapes import Entry

    def stands(tx, claim, step):
        return json.loads(module.queue.find(tx, claim.id)["position"]).get("step", 0) > step

    def take(tx, items):
        for claim, step in items:
            module.queue.keep(tx, claim)
            if fenced and stands(tx, claim, step):
                continue  # it was committed the first time, and the answer was lost
            module.queue.keep(tx, claim, {"step": step + 1})
            tea = products.find_ids(tx, ["TEA"]).get("TEA")
            if tea is not None:
                stock.enter(tx, [Entry(tea, 1, change=1, reason="delivery", note=f"step {claim.id} {step}")])
        return [None] * len(items)

    def run(steps):
        def walk(context):
            step = context.position.get("step", 0)
            while step < steps:
                context.write(take, (context.claim, step))
                step += 1
                if step < steps:
                    time.sleep(PACE_S)

        return walk

    module.registry.job("tick")(run(1))
    module.registry.job("count")(run(STEPS))
    module.registry.every(2, "tick")


def work_without_a_fence(module):
    """Who has lost a piece of work goes on with it, and does not look how far it has come."""
    import json

    def keep(tx, held, position=None, lease_ms=0):
        if position is not None:
            row = {"position": json.dumps(position), "id": held.id}
            tx.execute("update job set position = :position where id = :id", row)

    counting_jobs(module, fenced=False)
    module.queue.keep = keep
    module.queue.hold = lambda tx, held: None


def queue_without_looking(module):
    """What the timetable wants is looked up before the lock is held, and not again under it."""
    import time

    counting_jobs(module)
    add = module.queue.add

    def slowly():
        with module.worker.reading.reading() as tx:
            now_ms = module.queue.now_ms(tx)
            wanted = [one for one in module.registry.timetable.values() if module.queue.is_due(tx, one, now_ms)]
        if wanted:
            time.sleep(0.3)
            module.writer.do_many(later, wanted)

    def later(tx, items):
        return [add(tx, entry.kind) for entry in items]

    module.worker.add_due = slowly


BUILDS = {
    "counting_jobs": ("webapp.schedule", counting_jobs),
    "work_without_a_fence": ("webapp.schedule", work_without_a_fence),
    "queue_without_looking": ("webapp.schedule", queue_without_looking),
}
