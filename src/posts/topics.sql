-- What live posts are about.

-- name: topics :many  role: read
-- The topics of most posts from the first to the last month named, "2026-11", with that number.
-- in: first text, last text, most int
-- out: topic text, posts int
SELECT topic, CAST(coalesce(sum(posts), 0) AS INTEGER)
  FROM post_topic_month WHERE month >= $1 AND month <= $2 GROUP BY topic ORDER BY 2 DESC, topic LIMIT $3;

-- name: topic_month :maybe  role: read
-- in: month text, topic text
-- out: posts int
SELECT posts FROM post_topic_month WHERE month = $1 AND topic = $2;
