"""Archives broken in one way each, to show that the contract suite catches it. Never use one for anything else."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.testing import broken_archive_keeping as keeping
from connectors.testing import broken_archive_reading as reading
from connectors.testing import broken_archive_rules as rules
from connectors.testing.memory_archive import MemoryArchive
from connectors.testing.memory_unit import MemoryUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """How it is built, and the checks that catch it; the first is the one it is made for."""

    checks: tuple[str, ...]
    archive: type[MemoryArchive] = MemoryArchive
    unit: type[MemoryUnit] = MemoryUnit

    @property
    def name(self) -> str:
        """The broken class's own name."""
        return (self.unit if self.archive is MemoryArchive else self.archive).__name__


BROKEN = (
    Broken(
        archive=keeping.Doubles,
        checks=(
            "test_a_repeated_key_makes_no_second_thing_and_answers_as_the_first_time",
            "test_two_threads_with_one_key_make_one_thing",
        ),
    ),
    Broken(archive=keeping.DoublesCases, checks=("test_a_repeated_case_key_answers_the_first_case_whoever_asks",)),
    Broken(
        archive=keeping.ForgetsAtRestart,
        checks=(
            "test_outcome_of_a_key_is_what_was_answered_also_after_a_restart",
            "test_a_repeated_case_key_answers_the_first_case_whoever_asks",
            "test_a_key_just_used_is_never_said_to_be_surely_absent",
        ),
    ),
    Broken(
        archive=keeping.AnswersForAnother,
        checks=(
            "test_outcome_never_answers_for_another_key",
            "test_outcome_of_a_key_is_what_was_answered_also_after_a_restart",
        ),
    ),
    Broken(
        archive=keeping.HidesItsLag,
        checks=(
            "test_a_key_just_used_is_never_said_to_be_surely_absent",
            "test_outcome_of_a_key_is_what_was_answered_also_after_a_restart",
            "test_outcome_never_answers_for_another_key",
        ),
    ),
    Broken(archive=keeping.RemembersTheRefused, checks=("test_a_refused_write_leaves_nothing_and_its_key_is_free",)),
    Broken(archive=keeping.ChecksBeforeItLocks, checks=("test_two_threads_with_one_key_make_one_thing",)),
    Broken(
        unit=keeping.ReusesNumbers,
        checks=(
            "test_numbers_have_the_form_of_the_standard_and_go_up",
            "test_a_case_is_found_by_its_key_and_number_only",
        ),
    ),
    Broken(unit=keeping.ReusesMovedNumbers, checks=("test_the_number_of_a_moved_entry_is_never_used_again",)),
    Broken(unit=keeping.ShowsTheWholeTitle, checks=("test_a_journalpost_is_registered_as_asked_with_status_m",)),
    Broken(
        archive=keeping.SaysOneThingAtATime,
        checks=(
            "test_all_missing_fields_of_a_journalpost_are_named_at_once",
            "test_an_unfounded_skjerming_is_refused",
        ),
    ),
    Broken(archive=keeping.FillsInCases, checks=("test_all_missing_fields_of_a_case_are_named_at_once",)),
    Broken(unit=keeping.TakesAnyClass, checks=("test_a_case_needs_an_arkivdel_and_a_class_that_exist",)),
    Broken(
        unit=keeping.LosesADocument, checks=("test_documents_are_kept_byte_for_byte_when_the_robots_files_are_gone",)
    ),
    Broken(
        unit=keeping.KeepsBytesOnce,
        checks=(
            "test_the_same_bytes_on_two_entries_are_kept_on_both",
            "test_an_entry_knows_those_before_it_that_are_the_same",
        ),
    ),
    Broken(archive=keeping.TrustsTheSender, checks=("test_a_file_that_is_not_what_was_said_is_refused",)),
    Broken(archive=keeping.DemotesASecondMain, checks=("test_a_second_main_document_is_refused",)),
    Broken(archive=keeping.FindsAnyCase, checks=("test_a_case_is_found_by_its_key_and_number_only",)),
    Broken(archive=keeping.FindsByName, checks=("test_a_person_is_found_by_identity_and_never_by_name_alone",)),
    Broken(
        archive=keeping.FindsByTheBeginning, checks=("test_a_case_is_found_by_external_key_and_national_identifier",)
    ),
    Broken(archive=keeping.FindsTheClosed, checks=("test_closed_cases_are_told_apart",)),
    Broken(
        archive=keeping.KnowsTheUnknown, checks=("test_a_correspondent_is_known_to_the_case_and_a_stranger_is_not",)
    ),
    Broken(archive=keeping.PagesFromTheNewest, checks=("test_pages_show_every_entry_once_though_more_come_meanwhile",)),
    Broken(archive=rules.FinishesAnything, checks=("test_nothing_is_finished_without_a_main_document",)),
    Broken(
        unit=rules.NeverJournals,
        checks=(
            "test_a_whole_entry_becomes_j",
            "test_what_is_journaled_is_frozen",
            "test_a_closed_case_takes_nothing",
            "test_closed_cases_are_told_apart",
            "test_a_note_is_signed_off_for_each_recipient_and_never_for_a_copy",
            "test_only_an_answer_signs_off_with_a_letter",
            "test_every_kind_of_change_counts",
            "test_a_letter_that_was_not_sent_or_went_before_signs_nothing_off",
            "test_an_entry_tied_by_sign_off_does_not_move_away",
            "test_closing_archives_the_entries_exactly_where_it_says_so",
        ),
    ),
    Broken(unit=rules.JournalsUnfinished, checks=("test_j_is_refused_while_a_document_is_not_f",)),
    Broken(archive=rules.JournalsTheEmpty, checks=("test_j_is_refused_without_any_document",)),
    Broken(archive=rules.JournalsTheUnknown, checks=("test_j_is_refused_when_the_sender_is_unknown",)),
    Broken(archive=rules.AssessesTheTemporary, checks=("test_j_with_the_temporary_code_is_never_said_to_be_assessed",)),
    Broken(archive=rules.EditsWhatIsJournaled, checks=("test_what_is_journaled_is_frozen",)),
    Broken(
        unit=rules.IgnoresCorrections,
        checks=(
            "test_what_is_not_journaled_is_corrected",
            "test_skjerming_is_set_afterwards_and_hides_its_words",
            "test_every_kind_of_change_counts",
        ),
    ),
    Broken(archive=rules.NeedsNoRemark, checks=("test_utgaar_needs_a_remark_and_is_final",)),
    Broken(
        unit=rules.IgnoresSkjerming,
        checks=(
            "test_skjerming_is_kept_as_asked",
            "test_j_with_the_temporary_code_is_never_said_to_be_assessed",
            "test_an_entry_in_a_shielded_case_is_never_open",
            "test_the_access_of_a_case_is_set_afterwards_and_its_entries_follow",
        ),
    ),
    Broken(archive=rules.TakesAnyCode, checks=("test_an_unfounded_skjerming_is_refused",)),
    Broken(archive=rules.ShowsShieldedWords, checks=("test_a_shielded_word_in_the_public_title_is_refused",)),
    Broken(
        unit=rules.OpensShieldedCases,
        checks=(
            "test_an_entry_in_a_shielded_case_is_never_open",
            "test_the_access_of_a_case_is_set_afterwards_and_its_entries_follow",
            "test_a_case_is_told_whole",
        ),
    ),
    Broken(
        unit=rules.IgnoresLaterSkjerming,
        checks=(
            "test_skjerming_is_set_afterwards_and_hides_its_words",
            "test_the_access_of_a_case_is_set_afterwards_and_its_entries_follow",
            "test_every_kind_of_change_counts",
        ),
    ),
    Broken(
        unit=rules.LeavesEntriesBehind, checks=("test_the_access_of_a_case_is_set_afterwards_and_its_entries_follow",)
    ),
    Broken(
        archive=rules.SignsOffAnything,
        checks=(
            "test_only_an_answer_signs_off_with_a_letter",
            "test_a_note_is_signed_off_for_each_recipient_and_never_for_a_copy",
            "test_every_kind_of_change_counts",
        ),
    ),
    Broken(unit=rules.ForgetsTies, checks=("test_an_entry_tied_by_sign_off_does_not_move_away",)),
    Broken(
        archive=rules.ClosesAnything,
        checks=(
            "test_closing_names_everything_that_is_missing",
            "test_a_note_is_signed_off_for_each_recipient_and_never_for_a_copy",
        ),
    ),
    Broken(archive=rules.ArchivesUnasked, checks=("test_closing_archives_the_entries_exactly_where_it_says_so",)),
    Broken(archive=rules.TakesIntoClosedCases, checks=("test_a_closed_case_takes_nothing",)),
    Broken(
        archive=reading.UnboundedPages,
        checks=(
            "test_every_case_is_told_once_and_no_page_is_larger_than_asked",
            "test_every_kind_of_change_counts",
            "test_a_case_that_changes_while_the_pages_are_read_comes_again",
            "test_only_what_changed_after_the_mark_comes",
        ),
    ),
    Broken(
        archive=reading.SkipsBetweenPages,
        checks=(
            "test_every_case_is_told_once_and_no_page_is_larger_than_asked",
            "test_a_case_that_changes_while_the_pages_are_read_comes_again",
        ),
    ),
    Broken(
        archive=reading.RepeatsBetweenPages,
        checks=(
            "test_every_case_is_told_once_and_no_page_is_larger_than_asked",
            "test_a_case_that_changes_while_the_pages_are_read_comes_again",
        ),
    ),
    Broken(archive=reading.TellsOnlyMainDocuments, checks=("test_a_case_is_told_whole",)),
    Broken(
        archive=reading.IgnoresTheMark,
        checks=(
            "test_only_what_changed_after_the_mark_comes",
            "test_every_kind_of_change_counts",
        ),
    ),
    Broken(unit=reading.ForgetsAShielding, checks=("test_every_kind_of_change_counts",)),
    Broken(unit=reading.ForgetsASignOff, checks=("test_every_kind_of_change_counts",)),
    Broken(unit=reading.ForgetsWhereItMovedFrom, checks=("test_every_kind_of_change_counts",)),
    Broken(
        archive=reading.MarksWhereItStandsNow, checks=("test_a_case_that_changes_while_the_pages_are_read_comes_again",)
    ),
    Broken(
        archive=reading.AnswersInItsOwnOrder,
        checks=("test_cases_asked_for_come_in_that_order_without_those_that_do_not_exist",),
    ),
    Broken(archive=reading.TakesAnyMark, checks=("test_a_mark_that_is_not_of_this_archive_is_refused",)),
    Broken(unit=reading.KnowsNoTwins, checks=("test_an_entry_knows_those_before_it_that_are_the_same",)),
    Broken(
        archive=reading.IgnoresRecipients, checks=("test_a_note_is_signed_off_for_each_recipient_and_never_for_a_copy",)
    ),
    Broken(
        archive=reading.TakesUnsentLetters, checks=("test_a_letter_that_was_not_sent_or_went_before_signs_nothing_off",)
    ),
)
