from __future__ import annotations

from headroom.analysis.outliers import (
    beyond_deviations,
    extremes,
    far_from_median,
    is_monotone,
    outlier_bits,
    quartiles,
)


def test_quartiles_interpolate_between_neighbours() -> None:
    middle = quartiles([4, 1, 3, 2])

    assert (middle.low, middle.median, middle.high, middle.range) == (1.75, 2.5, 3.25, 1.5)


def test_a_number_is_far_just_beyond_six_interquartile_ranges() -> None:
    column = [0.0, 1.0, 2.0, 3.0, 4.0] * 20  # median 2, range 2: the limit is 14

    assert far_from_median([*column, 14.0]) == ([], [])
    assert far_from_median([*column, 14.1]) == ([], [100])
    assert far_from_median([*column, -10.1, -50.0]) == ([101, 100], [])


def test_in_a_column_of_one_value_only_rare_deviations_are_far() -> None:
    assert far_from_median([5.0] * 200 + [6.0]) == ([], [200])
    assert far_from_median([5.0] * 90 + [6.0] * 10) == ([], [])


def test_few_numbers_have_no_outliers() -> None:
    assert far_from_median([1.0, 1.0, 1.0, 900.0]) == ([], [])


def test_standard_deviations_count_only_when_asked_for() -> None:
    assert beyond_deviations([0.0] * 99 + [10.0], 2.0) == [99]


def test_surprise_grows_with_the_distance() -> None:
    bits = outlier_bits([0.0, 1.0, 2.0, 3.0, 4.0] * 4 + [50.0, 500.0])

    assert list(bits) == [20, 21]
    assert bits[21] > bits[20]


def test_extremes_are_the_first_of_equals() -> None:
    assert extremes([1.0, 3.0, 0.0, 3.0, 0.0]) == (1, 2)


def test_ids_are_monotone_and_constants_are_not() -> None:
    assert is_monotone([1.0, 2.0, 2.0, 9.0])
    assert is_monotone([9.0, 2.0])
    assert not is_monotone([1.0, 3.0, 2.0])
    assert not is_monotone([1.0, 1.0])
