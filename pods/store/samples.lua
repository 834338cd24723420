-- Append one poll's samples once. KEYS: polls seen (sorted by time)
-- ARGV: at ms, oldest ms kept, ttl ms, then key and row of each pod. A row is a JSON list that begins with its ms.
local at, oldest, ttl = ARGV[1], tonumber(ARGV[2]), ARGV[3]
if redis.call('ZADD', KEYS[1], 'NX', at, at) == 0 then return 0 end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', oldest)
for i = 4, #ARGV, 2 do
  local key = ARGV[i]
  redis.call('RPUSH', key, ARGV[i + 1])
  local head = redis.call('LINDEX', key, 0)
  while head and tonumber(string.match(head, '^%[(%d+)') or '0') < oldest do
    redis.call('LPOP', key)
    head = redis.call('LINDEX', key, 0)
  end
  redis.call('PEXPIRE', key, ttl)
end
return 1
