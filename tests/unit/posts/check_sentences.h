/*
 * Small posts of a sentence or two, each with the outcome that one check must
 * have for it, and a place that must be among its evidence. For test_checks.c.
 */
#ifndef CANDOUR_TESTS_POSTS_CHECK_SENTENCES_H
#define CANDOUR_TESTS_POSTS_CHECK_SENTENCES_H

#include "posts/checks.h"

#define JOAN "people: [{ as_written: \"Joan, 57\", kind: fictitious }]\n"
#define SPEAKER                                                                                                        \
    "kind: statement\nspeaker: { name: Alex Morgan, office: Chief Constable, confirmed: 2026-02-01T10:00 }\n"
#define HATE "topics: [hate-crime]\n"

static const struct small_case {
    const char *head; /* NULL: an awareness post without more */
    const char *body;
    enum check_id id;
    enum check_outcome outcome;
    const char *evidence; /* "body:1: words"; NULL: not looked at */
} small_cases[] = {
#define PERSON(outcome, head, body)                                                                                    \
    {                                                                                                                  \
        head, body, CHECK_PERSON_KIND, CHECK_##outcome, NULL                                                           \
    }
#define PERSON_AT(outcome, head, body, e)                                                                              \
    {                                                                                                                  \
        head, body, CHECK_PERSON_KIND, CHECK_##outcome, e                                                              \
    }
    /* Ages */
    PERSON_AT(BLOCK, NULL, "Sam, 30, was followed.", "body:1: Sam, 30"),
    PERSON(BLOCK, NULL, "Sam (30) was followed."),
    PERSON(BLOCK, NULL, "Sam, aged 30, was followed."),
    PERSON(BLOCK, NULL, "A man aged 30 was followed."),
    PERSON(BLOCK, NULL, "A 30-year-old was followed."),
    PERSON(BLOCK, NULL, "A 30 year old woman was followed."),
    PERSON(BLOCK, NULL, "A nineteen-year-old student was followed."),
    PERSON(BLOCK, NULL, "Sam Smith – 30 – was followed."),
    PERSON(BLOCK, NULL, "The driver was at the wheel at the age of 12. He was stopped."),
    PERSON(BLOCK, NULL, "Two 16-year-olds were arrested."),
    PERSON(BLOCK, NULL, "Two men aged 30 and 34 were arrested."),
    PERSON(BLOCK, NULL, "| Name | Age | Place |\n|---|---|---|\n| Joan | 57 | Hartley |\n"),
    PERSON(BLOCK, NULL, "- Name: Zbigniew\n- Age: 57\n"),
    PERSON(BLOCK, NULL, "## Joan, 57\n\nShe was followed."),
    PERSON(BLOCK, NULL, "*Łukasz*, 57"),
    PERSON(BLOCK, NULL, "joan, 57"),
    PERSON(BLOCK, NULL, "**JOAN** (57)"),
    PERSON(BLOCK, NULL, "Siân O’Brien, 41, saw it."),
    PERSON_AT(BLOCK, NULL, "One line.\nTwo lines.\nThen came Joan,\n57, of Hartley.", "body:3: Joan, 57"),
    PERSON(NOT_APPLICABLE, NULL, "People aged 18 and over can join."),
    PERSON(NOT_APPLICABLE, NULL, "A workshop for people aged 11 to 16."),
    PERSON(NOT_APPLICABLE, NULL, "You must be aged 16 or over."),
    PERSON(NOT_APPLICABLE, NULL, "This is for 16-year-olds."),
    PERSON(NOT_APPLICABLE, NULL, "A ten-year-old car was taken."),
    PERSON(NOT_APPLICABLE, NULL, "The age of criminal responsibility is 10."),
    PERSON(NOT_APPLICABLE, NULL, "In Hartley, 30 officers were on duty."),
    PERSON(NOT_APPLICABLE, NULL, "On Monday, 12 people came; in October, 14 more."),
    PERSON(NOT_APPLICABLE, NULL, "From Saturday, 20 March, the road is closed."),
    PERSON(NOT_APPLICABLE, NULL, "Come to Mill Lane, 34."),
    PERSON(NOT_APPLICABLE, NULL, "See Section 5, 12 and 14."),
    PERSON(NOT_APPLICABLE, NULL, "The station is 30 years old."),
    PERSON(NOT_APPLICABLE, NULL, "Call 101 or 0800 555 111."),
    PERSON(NOT_APPLICABLE, NULL, "Midshire Police, 45% of them on foot."),
    PERSON(NOT_APPLICABLE, NULL, "Officers (12) and volunteers (30) came."),
    PERSON(PASS, JOAN, "Joan, 57, was followed."),
    PERSON(PASS, JOAN, "JOAN (57) was followed."),
    PERSON(PASS, JOAN, "The 57-year-old was followed."),
    PERSON(BLOCK, JOAN, "Joan Smith, 57, was followed."),
    PERSON(BLOCK, JOAN, "Joanne, 57, was followed."),
    PERSON(BLOCK, JOAN, "Joan, 57, and Sam, 30, were followed."),
    PERSON(BLOCK, JOAN, "A 30-year-old was followed."),
    /* Places */
    PERSON(BLOCK, NULL, "Joan from Hartley was followed."),
    PERSON(BLOCK, NULL, "Joan of Mill Lane was followed."),
    PERSON(BLOCK, NULL, "We met Zofia Kowalska, from Hartley."),
    PERSON(BLOCK, NULL, "Joan, who lives in Hartley, was followed."),
    PERSON(BLOCK, NULL, "They were rude to her.\n\n**Joan – Hartley**"),
    PERSON(NOT_APPLICABLE, NULL, "Officers from Hartley and the University of Midshire came."),
    PERSON(NOT_APPLICABLE, NULL, "Help from Victim Support is free."),
    PERSON(NOT_APPLICABLE, NULL, "Buses from Hartley leave at 5pm."),
    PERSON(NOT_APPLICABLE, NULL, "The City of London Police and True Vision helped."),
    PERSON(NOT_APPLICABLE, NULL, "Celebrate Diwali in Hartley in March."),
    PERSON(NOT_APPLICABLE, NULL, "The Chief Constable of Midshire Police will speak."),
    /* Quotations */
    PERSON_AT(BLOCK, NULL, "Words.\n\n> They laughed at me.", "body:3: They laughed at me."),
    PERSON(BLOCK, NULL, "“They laughed at me,” she said."),
    PERSON(BLOCK, NULL, "\"They laughed at me,\" she said."),
    PERSON(BLOCK, NULL, "'They laughed at me,' she said."),
    PERSON(BLOCK, NULL, "‘They laughed at me, and it wasn’t funny,’ she said."),
    PERSON(BLOCK, NULL, "«They laughed at me,» she said."),
    PERSON(BLOCK, NULL, "„They laughed at me“, she said."),
    PERSON(BLOCK, NULL, "&quot;They laughed at me.&quot;"),
    PERSON(BLOCK, NULL, "**\"They laughed at** me.\""),
    PERSON(BLOCK, NULL, "A victim told us: “It was worse every week.”"),
    PERSON(BLOCK, NULL, "- “I was scared.”\n- Call 101."),
    PERSON(BLOCK, NULL, "## “I was scared to go home”\n\nWords."),
    PERSON(BLOCK, NULL, "“I was scared to go home.\n\n“I moved away.”"),
    PERSON(BLOCK, NULL, "`\"I was scared,\" she said.`"),
    PERSON(BLOCK, NULL, "[“I was scared to go home.”](/news)"),
    PERSON(BLOCK, NULL, "Joan said that they laughed."),
    PERSON(BLOCK, NULL, "According to Joan, they laughed."),
    PERSON(BLOCK, NULL, "Zofia told us that they laughed."),
    PERSON(BLOCK, NULL, "Mr Example said that they laughed."),
    PERSON(BLOCK, NULL, "“Never again” – Joan"),
    PERSON(BLOCK, "title: '“They laughed at me,” says Joan'\n", "Words."),
    PERSON(PASS, JOAN, "> They laughed at me.\n\n**Joan, 57**"),
    PERSON(PASS, JOAN, "> They laughed at me.\n>\n> — Joan, 57, Hartley"),
    PERSON(PASS, JOAN, "“They laughed at me,” said Joan."),
    PERSON(PASS, JOAN, "Joan said: “They laughed at me.”"),
    PERSON(BLOCK, JOAN, "> They laughed at me.\n\n**Priya, 24**"),
    PERSON(BLOCK, JOAN, "“They laughed at me,” said Priya."),
    PERSON(PASS, SPEAKER, "“We are sorry,” said the Chief Constable."),
    PERSON(PASS, SPEAKER, "Alex Morgan said: “We are sorry.”"),
    PERSON(BLOCK, SPEAKER, "Priya Example said: “We are sorry.”"),
    PERSON(NOT_APPLICABLE, NULL, "“Hate crime” means an offence that is motivated by hostility."),
    PERSON(NOT_APPLICABLE, NULL, "\"Hate crime\" means what it says."),
    PERSON(NOT_APPLICABLE, NULL, "It is in our leaflet “When a joke is not a joke.”"),
    PERSON(NOT_APPLICABLE, NULL, "The victims' families don't know the officers' names; it's ‘misnaming’."),
    PERSON(NOT_APPLICABLE, NULL, "Midshire Police said that the road is open."),
    PERSON(NOT_APPLICABLE, NULL, "Officers said that the road is open."),
    PERSON(NOT_APPLICABLE, NULL, "The law says: “any criminal offence which is perceived by the victim to be so.”"),
    PERSON(NOT_APPLICABLE, NULL, "Hartley Council said “the road is open”."),
    PERSON(NOT_APPLICABLE, NULL, "A 5\" knife was found, and a 6\" one."),
    PERSON(CONFIRM, NULL, "Then came “a very long way to go for everybody.” And so on."),
    PERSON(CONFIRM, NULL, "The definition is:\n\n> any criminal offence which is perceived to be so"),
    /* Statements and their speakers */
    { NULL, "Words.", CHECK_STATEMENT_SPEAKER, CHECK_NOT_APPLICABLE, NULL },
    { "kind: statement\n", "Words.", CHECK_STATEMENT_SPEAKER, CHECK_BLOCK, NULL },
    { SPEAKER, "Words.", CHECK_STATEMENT_SPEAKER, CHECK_PASS, NULL },
    { "kind: statement\nspeaker: { name: Alex, office: Chief }\n", "Words.", CHECK_STATEMENT_SPEAKER, CHECK_BLOCK,
      NULL },
    { "kind: statement\nspeaker: { name: Alex, office: Chief, confirmed: 2026-03-02 }\n", "Words.",
      CHECK_STATEMENT_SPEAKER, CHECK_BLOCK, NULL },
    /* Labels */
    { NULL, "Words.", CHECK_FICTITIOUS_LABEL, CHECK_NOT_APPLICABLE, NULL },
    { JOAN, "Words.", CHECK_FICTITIOUS_LABEL, CHECK_PASS, NULL },
    { "people: [{ as_written: Joan, kind: real }]\n", "Words.", CHECK_FICTITIOUS_LABEL, CHECK_NOT_APPLICABLE, NULL },
    { "people: [{ as_written: Joan, kind: composite }]\n", "Words.", CHECK_FICTITIOUS_LABEL, CHECK_CONFIRM,
      "people: Joan" },
    /* Ways to report and to get help */
    { NULL, "Mark your bike.", CHECK_REPORTING_ROUTE, CHECK_NOT_APPLICABLE, NULL },
    { HATE, "Words.", CHECK_REPORTING_ROUTE, CHECK_BLOCK, NULL },
    { "campaign: National Hate Crime Awareness Week\n", "Words.", CHECK_REPORTING_ROUTE, CHECK_BLOCK, NULL },
    { NULL, "This was a hate\ncrime.", CHECK_REPORTING_ROUTE, CHECK_BLOCK, NULL },
    { NULL, "Our week: #HateCrimeAwarenessWeek", CHECK_REPORTING_ROUTE, CHECK_BLOCK, NULL },
    { HATE, "[Tell us](/report). [Support](/support).", CHECK_REPORTING_ROUTE, CHECK_PASS, "body:1: /report" },
    { HATE, "[Tell us](/report?from=here#top). [Support](/support/).", CHECK_REPORTING_ROUTE, CHECK_BLOCK, NULL },
    { HATE, "[Tell us](https://midshire.example/report). [Support](/support).", CHECK_REPORTING_ROUTE, CHECK_PASS,
      NULL },
    { HATE, "Go to https://midshire.example/report, or to https://midshire.example/support.", CHECK_REPORTING_ROUTE,
      CHECK_PASS, NULL },
    { HATE, "Words.\n[Tell us](/reprot). [Support](/support).", CHECK_REPORTING_ROUTE, CHECK_BLOCK,
      "body:2: /reprot is no page of this site" },
    { HATE, "Call 101 or see [this](/reprot). [Support](/support).", CHECK_REPORTING_ROUTE, CHECK_WARN, NULL },
    { HATE, "Call 101. Victim Support helps.", CHECK_REPORTING_ROUTE, CHECK_PASS, NULL },
    { HATE, "- 101\n- Galop", CHECK_REPORTING_ROUTE, CHECK_PASS, NULL },
    { HATE, "[Call](tel:101). Victim Support helps.", CHECK_REPORTING_ROUTE, CHECK_PASS, NULL },
    { HATE, "Tell Crimestoppers. [Support](/support).", CHECK_REPORTING_ROUTE, CHECK_PASS, NULL },
    { HATE, "Through True\nVision. [Support](/support).", CHECK_REPORTING_ROUTE, CHECK_PASS, NULL },
    { HATE, "In danger call 999. [Support](/support).", CHECK_REPORTING_ROUTE, CHECK_BLOCK, NULL },
    { HATE, "Call 101.", CHECK_REPORTING_ROUTE, CHECK_BLOCK, NULL },
    { HATE, "We dealt with reports on 101 occasions. [Support](/support).", CHECK_REPORTING_ROUTE, CHECK_BLOCK, NULL },
    { HATE, "Call with MP/22/10101 or 0101. [Support](/support).", CHECK_REPORTING_ROUTE, CHECK_BLOCK, NULL },
    { HATE, "[Tell us](https://elsewhere.example/report). [Support](/support).", CHECK_REPORTING_ROUTE, CHECK_BLOCK,
      NULL },
    /* Hashtags */
    { NULL, "Words, and C#, and https://a.example/#part.", CHECK_HASHTAG_CASE, CHECK_NOT_APPLICABLE, NULL },
    { NULL, "We are #1, and see rule #12.", CHECK_HASHTAG_CASE, CHECK_NOT_APPLICABLE, NULL },
    { NULL, "# A heading", CHECK_HASHTAG_CASE, CHECK_NOT_APPLICABLE, NULL },
    { NULL, "#HateCrimeAwarenessWeek", CHECK_HASHTAG_CASE, CHECK_PASS, NULL },
    { NULL, "#diwali #NHCAW #police", CHECK_HASHTAG_CASE, CHECK_PASS, NULL },
    { NULL, "Words\n#hatecrimeawarenessweek", CHECK_HASHTAG_CASE, CHECK_WARN,
      "body:2: #hatecrimeawarenessweek: write #HateCrimeAwarenessWeek" },
    { NULL, "“#hatecrime”", CHECK_HASHTAG_CASE, CHECK_WARN, "body:1: #hatecrime: write #HateCrime" },
    { NULL, "#HatecrimeAwareness", CHECK_HASHTAG_CASE, CHECK_WARN,
      "body:1: #HatecrimeAwareness: write #HateCrimeAwareness" },
    { NULL, "#hate_crime", CHECK_HASHTAG_CASE, CHECK_WARN, "body:1: #hate_crime: write #HateCrime" },
    { NULL, "#hateCrime", CHECK_HASHTAG_CASE, CHECK_WARN, "body:1: #hateCrime: write #HateCrime" },
    { NULL, "#HATECRIMEAWARENESSWEEK", CHECK_HASHTAG_CASE, CHECK_WARN, NULL },
    { NULL, "#zugzwangovaja", CHECK_HASHTAG_CASE, CHECK_WARN, "body:1: #zugzwangovaja" },
    { NULL, "#One #Two #Three #Four", CHECK_HASHTAG_CASE, CHECK_WARN, NULL },
};

#endif
