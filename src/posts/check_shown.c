/*
 * What is gathered from the head and the picture: whether somebody who is shown
 * agreed, whether a picture of somebody who is sought has its decision and its
 * end, films, the pair in Welsh, and the note on equality.
 */
#include "base/arena.h"
#include "posts/check_sentence.h"
#include "posts/posts_words.h"

#include "base/banned.h"

static bool has_text(struct str s)
{
    return s.p != NULL && str_trim(s).n > 0;
}

static bool is_custody(const struct post_picture *picture)
{
    return picture->made == PICTURE_CUSTODY ||
           (picture->source.p != NULL && check_has_words(picture->source, STR("custody")));
}

static bool is_wanted(const struct post_content *content)
{
    const struct post_case *crime = &content->crime;
    bool sought = crime->set && crime->status_set && (crime->status == CASE_WANTED || crime->status == CASE_MISSING);
    return content->picture.made == PICTURE_CCTV || sought;
}

void check_gather_release(struct check_run *run, struct check_facts *facts)
{
    const struct post_content *content = run->input->content;
    const struct post_picture *picture = &content->picture;
    const struct media_facts *file = &run->input->facts;
    struct release_facts *f = &facts->release;
    *f = (struct release_facts){ .picture = picture->set };
    if (!picture->set)
        return;
    f->other = is_custody(picture) || is_wanted(content);
    /* A drawing shows nobody who was there to be asked, unless its file names somebody. */
    f->nobody = picture->nobody || picture->made == PICTURE_AI || picture->made == PICTURE_ILLUSTRATION;
    f->named = has_text(file->person_shown);
    f->released = has_text(picture->release) || str_equal(file->model_release, STR("MR-UMR")) ||
                  str_equal(file->model_release, STR("MR-LMR"));
    for (size_t i = 0; i < content->people_n; i++)
        f->released = f->released || (content->people[i].kind == PERSON_REAL && has_text(content->people[i].consent));
    if (f->named)
        check_evidence_add(run, STR("picture:Iptc4xmpExt:PersonInImage"), file->person_shown);
    if (has_text(picture->release))
        check_evidence_add(run, STR("image.release"), picture->release);
    else if (file->model_release.p != NULL)
        check_evidence_add(run, STR("picture:plus:ModelReleaseStatus"), file->model_release);
    check_evidence_add(run, STR("image.file"), picture->file);
}

static void gather_shown(struct check_run *run, struct shown_facts *f, bool applies)
{
    const struct post_case *crime = &run->input->content->crime;
    *f = (struct shown_facts){ .applies = applies,
                               .decision = crime->set && has_text(crime->decision),
                               .ends = crime->set && has_text(crime->ends) };
    if (applies)
        check_evidence_add(run, STR("image.file"), run->input->content->picture.file);
}

void check_gather_custody(struct check_run *run, struct check_facts *facts)
{
    const struct post_picture *picture = &run->input->content->picture;
    gather_shown(run, &facts->shown, picture->set && is_custody(picture));
}

void check_gather_wanted(struct check_run *run, struct check_facts *facts)
{
    const struct post_content *content = run->input->content;
    gather_shown(run, &facts->shown, content->picture.set && is_wanted(content));
}

/* ---- captions ---- */

static bool leads_to_film(struct str href, bool *file)
{
    static const struct str ends[] = { STR_INIT(".mp4"), STR_INIT(".webm"), STR_INIT(".mov"), STR_INIT(".m4v") };
    static const struct str sites[] = { STR_INIT("youtube.com/"), STR_INIT("youtu.be/"), STR_INIT("vimeo.com/"),
                                        STR_INIT("dailymotion.com/"), STR_INIT("tiktok.com/") };
    size_t n = 0;
    while (n < href.n && href.p[n] != '?' && href.p[n] != '#')
        n++;
    struct str path = str_slice(href, 0, n);
    *file = false;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        *file =
            *file || (path.n > ends[i].n && str_equal_nocase(str_slice(path, path.n - ends[i].n, ends[i].n), ends[i]));
    bool elsewhere = false;
    for (size_t i = 0; i < sizeof sites / sizeof sites[0]; i++)
        for (size_t at = 0; at + sites[i].n <= href.n && !elsewhere; at++)
            elsewhere = str_equal_nocase(str_slice(href, at, sites[i].n), sites[i]) &&
                        (at == 0 || href.p[at - 1] == '/' || href.p[at - 1] == '.');
    return *file || elsewhere;
}

static void look_at_film(struct check_run *run, struct str where, struct str href, struct video_facts *f)
{
    bool file = false;
    if (!leads_to_film(href, &file))
        return;
    f->files += file;
    f->elsewhere += !file;
    check_evidence_add(run, where, href);
}

void check_gather_video(struct check_run *run, struct check_facts *facts)
{
    struct video_facts *f = &facts->video;
    *f = (struct video_facts){ .text_read = run->text.read };
    for (size_t i = 0; i < run->text.links_n; i++)
        look_at_film(run, str_format(run->arena, "body:%d", run->text.links[i].line), run->text.links[i].href, f);
    for (size_t b = 0; b < run->text.n; b++) {
        struct str s = run->text.blocks[b].text;
        for (size_t i = 0; i + 8 < s.n; i++) {
            if (!str_starts(str_slice(s, i, 8), STR("http://")) && !str_starts(str_slice(s, i, 8), STR("https://")))
                continue;
            size_t end = i;
            while (end < s.n && (unsigned char)s.p[end] > ' ' && s.p[end] != ')')
                end++;
            while (end > i && (s.p[end - 1] == '.' || s.p[end - 1] == ','))
                end--;
            bool file = false;
            if (leads_to_film(str_slice(s, i, end - i), &file)) {
                f->files += file;
                f->elsewhere += !file;
                check_evidence_text(run, &run->text.blocks[b], i, str_slice(s, i, end - i));
            }
            i = end;
        }
        f->words = f->words || check_has_any(s, words_captions.words, words_captions.n);
    }
}

/* ---- welsh-pair, equality-note ---- */

void check_gather_pair(struct check_run *run, struct check_facts *facts)
{
    const struct check_input *input = run->input;
    facts->pair =
        (struct pair_facts){ .welsh = input->force.p != NULL &&
                                      check_has_any(input->force, words_welsh_force.words, words_welsh_force.n),
                             .bare = input->bare,
                             .about = input->content->about_n > 0 };
    for (size_t i = 0; facts->pair.welsh && i < input->content->about_n; i++)
        check_evidence_add(run, STR("about"), input->content->about[i]);
}

void check_gather_note(struct check_run *run, struct check_facts *facts)
{
    facts->note.campaign = has_text(run->input->content->campaign);
    if (facts->note.campaign)
        check_evidence_add(run, STR("campaign"), run->input->content->campaign);
}
