-- Take an operation for one step: nobody else inside it, and the pod free or already ours.
-- KEYS: operation, lease, attempt, busy mark   ARGV: operation id, lease ms, "1" when the step needs the pod
-- Answers {"held"} | {"behind", holder} | {"none"} | {"taken", attempt, record}
local record = redis.call('GET', KEYS[1])
if not record then return {'none'} end
if redis.call('EXISTS', KEYS[2]) == 1 then return {'held'} end
if ARGV[3] == '1' then
  local holder = redis.call('GET', KEYS[4])
  if holder and holder ~= ARGV[1] then return {'behind', holder} end
  redis.call('SET', KEYS[4], ARGV[1])
end
local attempt = redis.call('INCR', KEYS[3])
redis.call('SET', KEYS[2], attempt, 'PX', ARGV[2])
return {'taken', tostring(attempt), record}
