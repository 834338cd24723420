-- Append one bucket of every pod once. KEYS: start ms of the last bucket that was appended
-- ARGV: start ms, buckets kept, ttl ms, then key and row of each pod
if tonumber(ARGV[1]) <= tonumber(redis.call('GET', KEYS[1]) or '-1') then return 0 end
for i = 4, #ARGV, 2 do
  redis.call('RPUSH', ARGV[i], ARGV[i + 1])
  redis.call('LTRIM', ARGV[i], -tonumber(ARGV[2]), -1)
  redis.call('PEXPIRE', ARGV[i], ARGV[3])
end
redis.call('SET', KEYS[1], ARGV[1])
return 1
