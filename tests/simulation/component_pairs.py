"""Operations that meet on one component deployment or one cell, and the worlds they meet in."""

from dataclasses import replace

from lull.domain.component_deployments import Status
from lull.use_cases import projects
from tests.simulation import component_worlds as worlds
from tests.simulation import users
from tests.simulation.baton import Act
from tests.simulation.meetings import Meeting, woken
from tests.simulation.world import World

_BLOG_CHECK = 3
PENDING, IN_PROGRESS, SUCCEEDED, FAILED, ROLLED_BACK = Status


def _woken(deployment_id: str) -> Act:
    return woken(deployment_id, "component-deployment")


def _moving(deployment_id: str, *statuses: Status) -> Act:
    return "deploy", worlds.move(deployment_id, *statuses)


def success_and_opening(world: World) -> list[Act]:
    deployment = worlds.begun(world)
    return [_moving(deployment, SUCCEEDED), _woken(deployment)]


def success_and_opening_of_two_projects(world: World) -> list[Act]:
    deployment = worlds.begun(world, "site")
    return [_moving(deployment, SUCCEEDED), _woken(deployment)]


def retry_and_closing(world: World) -> list[Act]:
    deployment = worlds.moved(world, worlds.quiet(world), FAILED)
    return [_moving(deployment, PENDING), _woken(deployment)]


def next_attempt_and_closing(world: World) -> list[Act]:
    deployment = worlds.moved(world, worlds.quiet(world), FAILED)
    return [_moving(deployment, PENDING, IN_PROGRESS), _woken(deployment)]


def failure_with_next_attempt_and_closing(world: World) -> list[Act]:
    deployment = worlds.quiet(world)
    return [_moving(deployment, FAILED, PENDING, IN_PROGRESS), _woken(deployment)]


def failure_with_next_attempt_and_opening(world: World) -> list[Act]:
    deployment = worlds.begun(world)
    return [_moving(deployment, FAILED, PENDING, IN_PROGRESS), _woken(deployment)]


def success_and_deadline(world: World) -> list[Act]:
    deployment = worlds.quiet(world, longest=worlds.HOUR)
    world.now += worlds.HOUR
    return [_moving(deployment, SUCCEEDED), _woken(deployment)]


def success_and_failure(world: World) -> list[Act]:
    deployment = worlds.quiet(world)
    return [_moving(deployment, SUCCEEDED), _moving(deployment, FAILED)]


def two_beginnings_in_a_new_cell(world: World) -> list[Act]:
    first, second = worlds.recorded(world), worlds.recorded(world)
    return [_moving(first, IN_PROGRESS), _moving(second, IN_PROGRESS)]


def two_successes_of_a_cell(world: World) -> list[Act]:
    first, second = worlds.begun(world), worlds.begun(world)
    return [_moving(first, SUCCEEDED), _moving(second, SUCCEEDED)]


def roll_back_and_success(world: World) -> list[Act]:
    first, second = worlds.succeeded(world), worlds.begun(world)
    return [_moving(first, ROLLED_BACK), _moving(second, SUCCEEDED)]


def roll_back_and_success_in_hindsight(world: World) -> list[Act]:
    """The one that is reported last was over first."""
    second = worlds.begun(world)
    world.now += worlds.HOUR
    first = worlds.succeeded(world)
    return [_moving(first, ROLLED_BACK), ("deploy", worlds.move_in_hindsight(world, second, SUCCEEDED))]


def two_roll_backs_of_a_cell(world: World) -> list[Act]:
    first, second = worlds.succeeded(world), worlds.succeeded(world)
    return [_moving(first, ROLLED_BACK), _moving(second, ROLLED_BACK)]


def two_roll_backs_of_one(world: World) -> list[Act]:
    worlds.succeeded(world)
    deployment = worlds.succeeded(world)
    return [_moving(deployment, ROLLED_BACK), _moving(deployment, ROLLED_BACK)]


def end_by_a_person_and_closing(world: World) -> list[Act]:
    deployment = worlds.moved(world, worlds.quiet(world), FAILED)
    return [("end", users.end(1)), _woken(deployment)]


def end_by_a_person_and_opening_of_the_rest(world: World) -> list[Act]:
    """Its first window is open when it is ended, and the second is on its way."""
    deployment = worlds.begun(world, "site")
    return [("end", users.end(1)), _woken(deployment)]


def two_openings_of_a_deployment(world: World) -> list[Act]:
    deployment = worlds.begun(world)
    return [_woken(deployment), _woken(deployment)]


def two_openings_of_two_projects(world: World) -> list[Act]:
    deployment = worlds.begun(world, "site")
    return [_woken(deployment), _woken(deployment)]


def two_closings_of_a_deployment(world: World) -> list[Act]:
    deployment = worlds.moved(world, worlds.quiet(world), FAILED)
    return [_woken(deployment), _woken(deployment)]


def opening_and_deletion_of_a_check(world: World) -> list[Act]:
    return [_woken(worlds.begun(world)), ("delete", users.delete(1))]


def opening_and_deletion_of_a_project(world: World) -> list[Act]:
    """Of the second one, with its only check."""
    deployment = worlds.begun(world, "site")

    def delete() -> None:
        users.delete(_BLOG_CHECK)()
        projects.delete_project(users.SAM, worlds.BLOG)

    return [_woken(deployment), ("delete", delete)]


def opening_and_more_metadata(world: World) -> list[Act]:
    deployment = worlds.begun(world)
    return [_woken(deployment), ("deploy", worlds.tell(deployment, tests=812))]


def success_and_more_metadata(world: World) -> list[Act]:
    deployment = worlds.quiet(world)
    return [_moving(deployment, SUCCEEDED), ("deploy", worlds.tell(deployment, tests=812))]


def beginning_and_deletion_of_its_component(world: World) -> list[Act]:
    deployment = worlds.recorded(world)
    return [_moving(deployment, IN_PROGRESS), ("raze", worlds.remove_component(world, "shop"))]


def next_beginning_and_deletion_of_its_component(world: World) -> list[Act]:
    """There is a cell already."""
    worlds.succeeded(world)
    deployment = worlds.recorded(world)
    return [_moving(deployment, IN_PROGRESS), ("raze", worlds.remove_component(world, "shop"))]


def success_and_deletion_of_its_environment(world: World) -> list[Act]:
    deployment = worlds.quiet(world)
    return [_moving(deployment, SUCCEEDED), ("raze", worlds.remove_environment(world, "production"))]


def recording_and_deletion_of_its_component(world: World) -> list[Act]:
    worlds.with_components(world)
    return [("release", worlds.release(world)), ("raze", worlds.remove_component(world, "shop"))]


def two_recordings_with_one_key(world: World) -> list[Act]:
    worlds.with_components(world)
    return [("release", worlds.release(world, key="k")), ("release", worlds.release(world, key="k"))]


def opening_success_and_deletion_of_a_check(world: World) -> list[Act]:
    deployment = worlds.begun(world)
    return [_woken(deployment), _moving(deployment, SUCCEEDED), ("delete", users.delete(1))]


PAIRS = (
    [
        Meeting(prepare)
        for prepare in (
            success_and_opening,
            retry_and_closing,
            success_and_deadline,
            success_and_failure,
            two_beginnings_in_a_new_cell,
            two_successes_of_a_cell,
            roll_back_and_success,
            roll_back_and_success_in_hindsight,
            two_roll_backs_of_a_cell,
            two_roll_backs_of_one,
            end_by_a_person_and_closing,
            two_openings_of_a_deployment,
            opening_and_deletion_of_a_check,
            opening_and_more_metadata,
            success_and_more_metadata,
            beginning_and_deletion_of_its_component,
            next_beginning_and_deletion_of_its_component,
            success_and_deletion_of_its_environment,
            recording_and_deletion_of_its_component,
            two_recordings_with_one_key,
        )
    ]
    + [
        Meeting(prepare, is_long=True, cut=True)
        for prepare in (
            success_and_opening_of_two_projects,
            next_attempt_and_closing,
            failure_with_next_attempt_and_closing,
            failure_with_next_attempt_and_opening,
            end_by_a_person_and_opening_of_the_rest,
            two_openings_of_two_projects,
            two_closings_of_a_deployment,
            opening_and_deletion_of_a_project,
        )
    ]
    + [
        Meeting(success_and_opening, checks=3, chunk=2, is_long=True),
        Meeting(two_closings_of_a_deployment, checks=3, chunk=2, is_long=True),
    ]
)
TICKING = [replace(meeting, ticking=True, is_long=True, cut=True) for meeting in PAIRS if not meeting.chunk]
TRIPLES = [Meeting(opening_success_and_deletion_of_a_check, is_long=True, cut=True)]
