-- Lead the clock, or keep leading. KEYS: leader, fence   ARGV: name, ms
-- Answers the fencing number while we lead, 0 while another does.
local leader = redis.call('GET', KEYS[1])
if leader and leader ~= ARGV[1] then return 0 end
if not leader then redis.call('INCR', KEYS[2]) end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return tonumber(redis.call('GET', KEYS[2]) or '1')
