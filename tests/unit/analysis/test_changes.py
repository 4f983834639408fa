from __future__ import annotations

from headroom.analysis.changes import change_points, local_residuals


def test_the_first_number_of_a_new_level_is_found() -> None:
    assert change_points([1, 2, 1, 3] * 10 + [90, 91, 92, 90] * 10) == [40]


def test_steady_noise_and_a_lone_spike_are_no_change() -> None:
    assert change_points([1, 5, 2, 9, 4, 7] * 20) == []
    assert change_points([1, 2, 1, 2] * 10 + [500] + [1, 2, 1, 2] * 10) == []


def test_a_short_series_has_no_change_points() -> None:
    assert change_points([1] * 6 + [9] * 6) == []


def test_a_spike_stands_out_of_its_neighbourhood() -> None:
    residuals = local_residuals([10.0] * 20 + [15.0] + [10.0] * 20)

    assert residuals[20] == 5.0
    assert sum(residuals) == 5.0
