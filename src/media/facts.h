/*
 * What a picture file says of itself: its size, and what EXIF, IPTC and XMP
 * hold. Said by whoever made the file, so never believed, only compared.
 *
 * Field names and namespaces: IPTC Photo Metadata Standard 2023.1 and EXIF 2.32.
 */
#ifndef CANDOUR_MEDIA_FACTS_H
#define CANDOUR_MEDIA_FACTS_H

#include "base/str.h"

enum media_format { MEDIA_JPEG, MEDIA_PNG, MEDIA_WEBP, MEDIA_FORMATS };

/* Texts are one line of UTF-8 each, at most MEDIA_TEXT_MAX bytes; STR_NONE: the file does not say. */
enum { MEDIA_TEXT_MAX = 1000 };

struct media_facts {
    enum media_format format;
    int64_t width, height;    /* pixels, upright */
    struct str creator;       /* dc:creator, IIM 2:80, EXIF Artist: the first that is there */
    struct str credit;        /* photoshop:Credit, IIM 2:110 */
    struct str source;        /* photoshop:Source, IIM 2:115 */
    struct str rights;        /* dc:rights, IIM 2:116, EXIF Copyright */
    struct str licensor;      /* plus:LicensorName */
    struct str usage_terms;   /* xmpRights:UsageTerms */
    struct str web_statement; /* xmpRights:WebStatement */
    struct str source_type; /* Iptc4xmpExt:DigitalSourceType, the part behind the last "/": "trainedAlgorithmicMedia" */
    struct str model_release; /* plus:ModelReleaseStatus, the part behind the last "/": "MR-UMR" */
    struct str person_shown;  /* Iptc4xmpExt:PersonInImage, separated by ", " */
    bool position;            /* the file says where it was taken */
};

#endif
