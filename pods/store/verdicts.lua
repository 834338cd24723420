-- Put the verdicts of one look in force, unless a later look's are. KEYS: hash, time of the look
-- ARGV: at ms, number of pods that run, each of their ids, then id and verdict of those that are to be written
local at = tonumber(ARGV[1])
if at < tonumber(redis.call('GET', KEYS[2]) or '-1') then return 0 end
local running, count = {}, tonumber(ARGV[2])
for i = 3, 2 + count do running[ARGV[i]] = true end
for _, pod in ipairs(redis.call('HKEYS', KEYS[1])) do
  if not running[pod] then redis.call('HDEL', KEYS[1], pod) end
end
for i = 3 + count, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('SET', KEYS[2], ARGV[1])
return 1
